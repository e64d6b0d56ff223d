using System.Runtime.CompilerServices;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc.Tests;

/// <summary>What every <see cref="ITrainingClient"/> owes its callers. Derive one class for each way to reach the service.</summary>
public abstract class TrainingClientTests : IAsyncLifetime
{
    public static readonly TheoryData<Call> Calls = [.. Enum.GetValues<Call>()];

    public static readonly MatrixTheoryData<Call, TrainingError> CallsAndErrors = new(Enum.GetValues<Call>(), Enum.GetValues<TrainingError>());

    public enum Call
    {
        Train,
        Status,
        Watch,
        Logs,
        Cancel,
    }

    protected static CancellationToken Token => Patience.Token;

    /// <summary>A client for what stands behind the service.</summary>
    protected abstract Task<ITrainingClient> ReachAsync(ITrainingClient behind);

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_submission_is_on_record_when_its_id_comes_back()
    {
        var installation = new Installation();
        var client = await ReachAsync(installation.Client);

        var job = await client.TrainAsync(Installation.Request with { Name = "first", Parameters = new Dictionary<string, string> { ["LR"] = "0.1" } }, Token);

        var recorded = await installation.ReadAsync(job);
        Assert.Equal("first", recorded.Request.Name);
        Assert.Equal("0.1", recorded.Request.Parameters["LR"]);
        Assert.Equal("0a1b", recorded.Request.DatasetVersion);
        Assert.Null(recorded.User);
        var status = await client.GetTrainingStatusAsync(job, Token);
        Assert.Equal((JobState.Queued, 1, 1), (status.State, status.QueuePosition, status.Revision));
    }

    [Fact]
    public async Task A_submission_carries_every_field_of_its_request()
    {
        TrainingRequest? seen = null;
        var client = await ReachAsync(new ScriptedClient
        {
            Train = (request, _) =>
            {
                seen = request;
                return Task.FromResult(new JobId(long.MaxValue));
            },
        });

        Assert.Equal(new JobId(long.MaxValue), await client.TrainAsync(Samples.Request, Token));

        Assert.Equal(Samples.Text(Samples.Request), Samples.Text(seen));
    }

    [Theory]
    [InlineData(nameof(Samples.Everything))]
    [InlineData(nameof(Samples.Least))]
    [InlineData(nameof(Samples.Most))]
    public async Task A_status_arrives_with_every_field(string sample)
    {
        var status = SampleOf(sample);
        var client = await ReachAsync(new ScriptedClient { Status = (job, _) => Task.FromResult(status with { JobId = job }) });

        var seen = await client.GetTrainingStatusAsync(status.JobId, Token);

        Assert.Equal(Samples.Text(status), Samples.Text(seen));
    }

    [Fact]
    public async Task A_watch_tells_all_statuses_in_order_and_ends_when_there_are_no_more()
    {
        TrainingStatus[] all = [Samples.Least, Samples.Everything, Samples.Most];
        (JobId Job, long After)? asked = null;
        var client = await ReachAsync(new ScriptedClient
        {
            Watch = (job, after, _) =>
            {
                asked = (job, after);
                return all.ToAsyncEnumerable();
            },
        });

        var seen = await client.WatchTrainingAsync(new JobId(5), 41, Token).ToListAsync(Token);

        Assert.Equal(all.Select(Samples.Text), seen.Select(Samples.Text));
        Assert.Equal((new JobId(5), 41L), asked);
    }

    [Fact]
    public async Task A_watch_follows_a_job_to_its_end()
    {
        var installation = new Installation();
        var client = await ReachAsync(installation.Client);
        var job = await client.TrainAsync(Installation.Request, Token);
        await using var watch = client.WatchTrainingAsync(job, cancellationToken: Token).GetAsyncEnumerator(Token);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(JobState.Queued, watch.Current.State);

        await installation.SucceedAsync(job);

        var states = new List<JobState>();
        while (await watch.MoveNextAsync())
        {
            states.Add(watch.Current.State);
        }

        Assert.Equal([JobState.Launching, JobState.Running, JobState.Succeeded], states);
        Assert.Equal([4], await client.WatchTrainingAsync(job, 3, Token).Select(s => s.Revision).ToListAsync(Token));
        Assert.Empty(await client.WatchTrainingAsync(job, 4, Token).ToListAsync(Token));
        Assert.Equal([1, 2, 3, 4], await client.WatchTrainingAsync(job, -1, Token).Select(s => s.Revision).ToListAsync(Token));
    }

    [Fact]
    public async Task A_watch_after_a_revision_that_a_finished_job_never_had_ends()
    {
        var installation = new Installation();
        var client = await ReachAsync(installation.Client);
        var job = await client.TrainAsync(Installation.Request, Token);
        await installation.SucceedAsync(job);

        Assert.Empty(await client.WatchTrainingAsync(job, 1000, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_watch_that_meets_trouble_tells_what_came_before_it()
    {
        var client = await ReachAsync(new ScriptedClient { Watch = (_, _, _) => OneThenAsync(new TrainingException(TrainingError.Unavailable, "The store is away.")) });
        await using var watch = client.WatchTrainingAsync(new JobId(1), cancellationToken: Token).GetAsyncEnumerator(Token);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(Samples.Text(Samples.Everything), Samples.Text(watch.Current));
        var trouble = await Assert.ThrowsAsync<TrainingException>(async () => await watch.MoveNextAsync());
        Assert.Equal((TrainingError.Unavailable, "The store is away."), (trouble.Error, trouble.Message));
    }

    [Fact]
    public async Task Leaving_a_watch_ends_it_behind_the_service_too()
    {
        var ended = new TaskCompletionSource();
        var client = await ReachAsync(new ScriptedClient { Watch = (_, _, token) => OneThenWaitAsync(ended, token) });

        await foreach (var status in client.WatchTrainingAsync(new JobId(1), cancellationToken: Token))
        {
            Assert.Equal(Samples.Everything.JobId, status.JobId);
            break;
        }

        await ended.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task A_cancel_puts_the_intent_on_record_and_can_be_repeated()
    {
        var installation = new Installation();
        var client = await ReachAsync(installation.Client);
        var job = await client.TrainAsync(Installation.Request, Token);

        await client.CancelTrainingAsync(job, Token);
        await client.CancelTrainingAsync(job, Token);

        Assert.NotNull((await installation.ReadAsync(job)).CancelRequestedAt);
        Assert.NotNull((await client.GetTrainingStatusAsync(job, Token)).CancelRequestedAt);
    }

    [Fact]
    public async Task A_cancel_of_a_job_that_succeeded_says_so()
    {
        var installation = new Installation();
        var client = await ReachAsync(installation.Client);
        var job = await client.TrainAsync(Installation.Request, Token);
        await installation.SucceedAsync(job);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.CancelTrainingAsync(job, Token));

        Assert.Equal((TrainingError.FailedPrecondition, $"Job {job} cannot be cancelled: it is already Succeeded."), (refusal.Error, refusal.Message));
    }

    [Theory]
    [InlineData(Call.Status, 77)]
    [InlineData(Call.Watch, 77)]
    [InlineData(Call.Cancel, 77)]
    [InlineData(Call.Logs, 77)]
    [InlineData(Call.Status, long.MaxValue)]
    [InlineData(Call.Status, 0)]
    [InlineData(Call.Logs, 0)]
    [InlineData(Call.Watch, -1)]
    [InlineData(Call.Cancel, long.MinValue)]
    public async Task A_job_that_there_is_not_is_not_found(Call call, long id)
    {
        var client = await ReachAsync(new Installation().Client);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => MakeAsync(client, call, new JobId(id), Token));

        Assert.Equal(TrainingError.NotFound, refusal.Error);
        Assert.StartsWith($"There is no job {id}.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_request_is_refused_with_each_field_that_is_wrong()
    {
        var client = await ReachAsync(new Installation().Client);
        var wrong = new TrainingRequest { Algorithm = "", DatasetId = "", Workers = 0, Parameters = new Dictionary<string, string> { ["PATH"] = "x", ["ä"] = "y" } };

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(wrong, Token));

        Assert.Equal(TrainingError.InvalidArgument, refusal.Error);
        Assert.Equal(["algorithm", "dataset_id", "parameters[PATH]", "parameters[ä]", "workers"], refusal.Violations.Select(v => v.Field));
        Assert.Equal(string.Join(" ", refusal.Violations.Select(v => $"{v.Field}: {v.Description}")), refusal.Message);
    }

    [Fact]
    public async Task A_request_with_values_that_are_null_is_refused_by_field()
    {
        var client = await ReachAsync(new Installation().Client);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Installation.Request with { Algorithm = null!, Parameters = null!, Labels = null! }, Token));
        Assert.Equal("algorithm", Assert.Single(refusal.Violations).Field);

        refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Installation.Request with { Parameters = new Dictionary<string, string> { ["LR"] = null! } }, Token));
        Assert.Equal("parameters[LR]", Assert.Single(refusal.Violations).Field);
    }

    [Theory]
    [MemberData(nameof(CallsAndErrors))]
    public async Task Every_call_throws_every_error_as_it_was_meant(Call call, TrainingError error)
    {
        FieldViolation[] violations = error is TrainingError.InvalidArgument ? [new("parameters[LR]", "'ä%\n' is 100 %."), new("name", "")] : [];
        var meant = new TrainingException(error, "What, when, and the way out: 100 % ä 🐋\nsecond line.", violations);
        var client = await ReachAsync(ScriptedClient.Always(_ => throw meant));

        var thrown = await Assert.ThrowsAsync<TrainingException>(() => MakeAsync(client, call, new JobId(1), Token));

        Assert.Equal(meant.Error, thrown.Error);
        Assert.Equal(meant.Message, thrown.Message);
        Assert.Equal(meant.Violations, thrown.Violations);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_token_ends_every_call_on_both_sides(Call call)
    {
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        var client = await ReachAsync(ScriptedClient.Always(async token =>
        {
            entered.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                left.SetResult();
            }
        }));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var making = MakeAsync(client, call, new JobId(1), cancel.Token);
        await entered.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);
        await left.Task.WaitAsync(Token);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_token_that_is_cancelled_already_lets_no_call_begin(Call call)
    {
        var client = await ReachAsync(ScriptedClient.Always(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token)));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MakeAsync(client, call, new JobId(1), new CancellationToken(canceled: true)));
    }

    protected static async Task MakeAsync(ITrainingClient client, Call call, JobId job, CancellationToken token)
    {
        switch (call)
        {
            case Call.Train:
                await client.TrainAsync(Installation.Request, token);
                break;
            case Call.Status:
                await client.GetTrainingStatusAsync(job, token);
                break;
            case Call.Watch:
                await client.WatchTrainingAsync(job, cancellationToken: token).ToListAsync(token);
                break;
            case Call.Logs:
                await client.StreamLogsAsync(job, cancellationToken: token).ToListAsync(token);
                break;
            case Call.Cancel:
                await client.CancelTrainingAsync(job, token);
                break;
        }
    }

    private static TrainingStatus SampleOf(string name) => name switch
    {
        nameof(Samples.Everything) => Samples.Everything,
        nameof(Samples.Least) => Samples.Least,
        _ => Samples.Most,
    };

    private static async IAsyncEnumerable<TrainingStatus> OneThenAsync(Exception trouble)
    {
        yield return Samples.Everything;
        await Task.Yield();
        throw trouble;
    }

    private static async IAsyncEnumerable<TrainingStatus> OneThenWaitAsync(TaskCompletionSource ended, [EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            yield return Samples.Everything;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }
        finally
        {
            ended.SetResult();
        }
    }
}
