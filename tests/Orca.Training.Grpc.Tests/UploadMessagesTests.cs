using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

public sealed class UploadMessagesTests
{
    private static readonly RequestLimits Limits = new() { UploadIdle = TimeSpan.FromSeconds(60), UploadTime = TimeSpan.FromSeconds(90) };
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => Patience.Token;

    [Fact]
    public async Task An_upload_that_sends_nothing_more_is_given_up()
    {
        var messages = new UploadMessages(new Stalled(), Limits, _time);

        var waiting = messages.AwaitAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(60));

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => waiting);
        Assert.Equal(
            (TrainingError.ResourceExhausted, "The upload was ended because it sent nothing for 00:01:00. Nothing was stored; send it again."),
            (refusal.Error, refusal.Message));
    }

    [Fact]
    public async Task An_upload_that_drips_is_given_up_in_the_end()
    {
        var messages = new UploadMessages(new Stalled { Answers = 2 }, Limits, _time);
        Assert.True(await messages.MoveNext(Token));
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.True(await messages.MoveNext(Token));

        var waiting = messages.MoveNext(Token);
        _time.Advance(TimeSpan.FromSeconds(40));

        Assert.StartsWith("The upload was ended because it took longer than 00:01:30", (await Assert.ThrowsAsync<TrainingException>(() => waiting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_was_waited_for_is_the_next_one()
    {
        var messages = new UploadMessages(new Stalled { Answers = 1 }, Limits, _time);

        await messages.AwaitAsync(Token);

        Assert.True(await messages.MoveNext(Token));
    }

    /// <summary>Gives some messages, and then none, and no end.</summary>
    private sealed class Stalled : IAsyncStreamReader<Wire.AddDatasetRequest>
    {
        public int Answers { get; set; }

        public Wire.AddDatasetRequest Current { get; } = new();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (Answers-- <= 0)
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            return true;
        }
    }
}
