using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>Logs as only a real server and a real connection tell them.</summary>
public sealed class RemoteLogsTests : IDisposable
{
    private readonly LoggedJobs _jobs = new();

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _jobs.Dispose();

    [Fact]
    public async Task A_host_that_stops_ends_followers_at_once_with_a_place_to_go_on_from()
    {
        await using var host = await TrainingHost.StartAsync(_jobs.Clients);
        using var client = host.Connect();
        var job = await _jobs.RunAsync();
        await _jobs.PrintAsync(job, 1, 0, "one", "two");
        await using var lines = client.StreamLogsAsync(job, new LogQuery { Follow = true }, Token).GetAsyncEnumerator(Token);
        Assert.True(await lines.MoveNextAsync());
        var seen = lines.Current.Cursor;
        Assert.True(await lines.MoveNextAsync());
        var next = lines.MoveNextAsync();

        await host.App.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(1), Token);

        var trouble = await Assert.ThrowsAsync<TrainingException>(async () => await next);
        Assert.Equal((TrainingError.Unavailable, "The training service's host is stopping: continue after the last line received."), (trouble.Error, trouble.Message));
        Assert.Equal(["two"], await _jobs.Client.StreamLogsAsync(job, new LogQuery { After = seen }, Token).Select(l => l.Text).ToListAsync(Token));
    }

    [Fact]
    public async Task Leaving_a_stream_ends_it_behind_the_service_too()
    {
        var waits = new CountedWaits();
        using var jobs = new LoggedJobs(waits.On);
        await using var host = await TrainingHost.StartAsync(jobs.Clients);
        using var client = host.Connect();
        var job = await jobs.RunAsync();
        await jobs.PrintAsync(job, 1, 0, "one");

        await foreach (var line in client.StreamLogsAsync(job, new LogQuery { Follow = true }, Token))
        {
            Assert.Equal("one", line.Text);
            break;
        }

        await waits.AllEndedAsync(Token);
    }

    [Fact]
    public async Task Who_reads_slowly_holds_the_lines_back_instead_of_having_them_pile_up()
    {
        var told = 0L;
        await using var host = await TrainingHost.StartAsync(new ScriptedClient
        {
            Logs = (_, _, token) => EndlessAsync(token),
            Status = (_, _) => Task.FromResult(Samples.Everything),
        });
        using var client = host.Connect();
        await using var lines = client.StreamLogsAsync(new JobId(1), new LogQuery(), Token).GetAsyncEnumerator(Token);
        Assert.True(await lines.MoveNextAsync());

        for (var i = 0; i < 500; i++)
        {
            await client.GetTrainingStatusAsync(new JobId(1), Token);
        }

        // 1,000 characters each: what the connection holds at most.
        Assert.InRange(Interlocked.Read(ref told), 1, 64_000);

        async IAsyncEnumerable<LogLine> EndlessAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var text = new string('x', 1000);
            while (!cancellationToken.IsCancellationRequested)
            {
                yield return Line((int)Interlocked.Increment(ref told), text);
            }

            await Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Lines_that_are_there_share_messages_and_none_waits_for_the_next()
    {
        var more = new TaskCompletionSource();
        var batches = LogBatches.Of(LinesAsync(), Token);

        await using var reader = batches.GetAsyncEnumerator(Token);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(["1", "2", "3"], reader.Current.Lines.Select(l => l.Text));
        more.SetResult();
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal((1, 0, 1), (reader.Current.Attempt, reader.Current.Rank, reader.Current.Lines.Count));
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal((2, 0, 1), (reader.Current.Attempt, reader.Current.Rank, reader.Current.Lines.Count));
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal((2, 1, 66), (reader.Current.Attempt, reader.Current.Rank, reader.Current.Lines.Count));
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(4, reader.Current.Lines.Count);
        Assert.False(await reader.MoveNextAsync());

        async IAsyncEnumerable<LogLine> LinesAsync()
        {
            yield return Line(1, "1");
            yield return Line(2, "2");
            yield return Line(3, "3");
            await more.Task;
            yield return Line(4, "4");
            yield return Line(5, "5") with { Attempt = 2 };
            for (var i = 0; i < 70; i++)
            {
                yield return Line(i, new string('x', 984)) with { Attempt = 2, Rank = 1 };
            }
        }
    }

    [Fact]
    public async Task What_makes_no_sense_on_the_wire_is_refused_by_field()
    {
        await using var host = await TrainingHost.StartAsync(_jobs.Clients);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var raw = new Wire.TrainingService.TrainingServiceClient(channel);
        var job = await _jobs.RunAsync();

        await IsRefusedAsync("job_id", new Wire.StreamLogsRequest { JobId = -3 });
        await IsRefusedAsync("since", new Wire.StreamLogsRequest { JobId = job.Value, Since = new() { Seconds = long.MaxValue } });
        await IsRefusedAsync("since", new Wire.StreamLogsRequest { JobId = job.Value, Since = new() { Nanos = -1 } });
        await IsRefusedAsync("output", new Wire.StreamLogsRequest { JobId = job.Value, Output = (Wire.LogOutput)9 });

        async Task IsRefusedAsync(string field, Wire.StreamLogsRequest request)
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(() => raw.StreamLogs(request, cancellationToken: Token).ResponseStream.MoveNext(Token));
            Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
            Assert.Equal(field, Assert.Single(ErrorMapping.FromRpc(refusal, "The service").Violations).Field);
        }
    }

    private static LogLine Line(int number, string text) => new()
    {
        Attempt = 1,
        Rank = 0,
        Stream = OutputStream.Standard,
        Text = text,
        Position = new OutputPosition(number, 1),
    };
}
