using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>A call that comes in parts holds no more than it may, and waits for none for ever.</summary>
public sealed class BatchReaderTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => Patience.Token;

    [Fact]
    public async Task The_parts_are_one_call_with_the_group_and_key_of_the_first()
    {
        var call = await BatchReader.ReadAsync(new Parts(Part(2, "g", "k"), Part(1, "h", "l"), Part(3)), _time, Token);

        Assert.Equal(("g", "k", 6), (call.Group, call.IdempotencyKey, call.Requests.Count));
        Assert.Empty((await BatchReader.ReadAsync(new Parts(), _time, Token)).Requests);
    }

    [Fact]
    public async Task More_requests_or_more_bytes_than_a_call_may_have_end_it_while_they_come()
    {
        var many = new Parts([.. Enumerable.Range(0, 20).Select(_ => Part(100))]);
        var large = new Parts([.. Enumerable.Range(0, 100).Select(_ => Part(1, name: new string('n', 1 << 20)))]);

        Assert.Equal("requests: There are more than 1000: give 1 to 1000.", await RefusalAsync(many));
        Assert.Equal("requests: Together they have more than 33554432 bytes: send fewer in one call.", await RefusalAsync(large));
        Assert.Equal((11, 32), (many.Taken, large.Taken));
    }

    [Fact]
    public async Task A_part_that_does_not_come_ends_the_call()
    {
        var reading = BatchReader.ReadAsync(new Parts(Part(1)) { EndsNever = true }, _time, Token);
        _time.Advance(TimeSpan.FromSeconds(31));

        var late = await Assert.ThrowsAsync<TrainingException>(() => reading);

        Assert.Equal((TrainingError.Unavailable, "The call sent no message for 30 s: send them without a pause. Nothing was submitted."), (late.Error, late.Message));
    }

    private async Task<string> RefusalAsync(Parts parts) => (await Assert.ThrowsAsync<TrainingException>(() => BatchReader.ReadAsync(parts, _time, Token))).Message;

    private static Wire.TrainAllRequest Part(int requests, string group = "", string key = "", string name = "")
    {
        var part = new Wire.TrainAllRequest { Group = group, IdempotencyKey = key };
        part.Requests.AddRange(Enumerable.Range(0, requests).Select(_ => new Wire.TrainingJobMetadata { Name = name }));
        return part;
    }

    private sealed class Parts(params Wire.TrainAllRequest[] parts) : IAsyncStreamReader<Wire.TrainAllRequest>
    {
        public bool EndsNever { get; init; }

        public int Taken { get; private set; }

        public Wire.TrainAllRequest Current => parts[Taken - 1];

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (Taken < parts.Length)
            {
                Taken++;
                return true;
            }

            if (EndsNever)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return false;
        }
    }
}
