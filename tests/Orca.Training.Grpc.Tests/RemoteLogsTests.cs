using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Grpc.Tests;

/// <summary>The same, through a real server and a real connection.</summary>
public sealed class RemoteLogsTests : TrainingLogsTests
{
    private readonly List<IAsyncDisposable> _reached = [];

    public override async ValueTask DisposeAsync()
    {
        foreach (var reached in Enumerable.Reverse(_reached))
        {
            await reached.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    protected override async Task<ITrainingClient> ReachAsync(ITrainingClient behind)
    {
        var host = await TrainingHost.StartAsync(behind);
        var client = host.Connect();
        _reached.AddRange([host, client]);
        return client;
    }

    [Fact]
    public async Task A_host_that_stops_ends_followers_at_once_with_a_place_to_go_on_from()
    {
        await using var host = await TrainingHost.StartAsync(Jobs.Client);
        using var client = host.Connect();
        var job = await Jobs.RunAsync();
        await Jobs.PrintAsync(job, 1, 0, "one", "two");
        await using var lines = client.StreamLogsAsync(job, new LogQuery { Follow = true }, Token).GetAsyncEnumerator(Token);
        Assert.True(await lines.MoveNextAsync());
        var seen = lines.Current.Cursor;
        Assert.True(await lines.MoveNextAsync());
        var next = lines.MoveNextAsync();

        await host.App.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(1), Token);

        var trouble = await Assert.ThrowsAsync<TrainingException>(async () => await next);
        Assert.Equal((TrainingError.Unavailable, "The training service's host is stopping: go on after the last line seen."), (trouble.Error, trouble.Message));
        Assert.Equal(["two"], (await AllAsync(Jobs.Client, job, new LogQuery { After = seen })).Select(l => l.Text));
    }

    [Fact]
    public async Task Leaving_a_stream_ends_it_behind_the_service_too()
    {
        var waits = new CountedWaits();
        await using var jobs = new LoggedJobs(waits.On);
        var client = await ReachAsync(jobs.Client);
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
        var client = await ReachAsync(new ScriptedClient
        {
            Logs = (_, _, token) => EndlessAsync(token),
            Status = (_, _) => Task.FromResult(Samples.Everything),
        });
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
        await using var host = await TrainingHost.StartAsync(Jobs.Client);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var raw = new Wire.TrainingService.TrainingServiceClient(channel);
        var job = await Jobs.RunAsync();

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
