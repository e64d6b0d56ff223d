using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>How calls fail, and how their callers end them.</summary>
public abstract partial class TrainingClientConformance
{
    public static readonly TheoryData<Call> Calls = [.. Enum.GetValues<Call>()];

    public static readonly MatrixTheoryData<Call, TrainingError> CallsAndErrors = new(Enum.GetValues<Call>(), Enum.GetValues<TrainingError>());

    public static readonly MatrixTheoryData<Call, StoreTrouble> CallsAndTroubles = new(Enum.GetValues<Call>(), Enum.GetValues<StoreTrouble>());

    /// <summary>The calls that there are.</summary>
    public enum Call
    {
        Train,
        Status,
        Statuses,
        List,
        Watch,
        ResumeWatch,
        Logs,
        Cancel,
        Hold,
        Release,
        TrainAll,
        TrainSweep,
    }

    /// <summary>What a job store throws.</summary>
    public enum StoreTrouble
    {
        Unavailable,
        Io,
        Timeout,
        Mistake,
        EndsItself,
    }

    [Theory]
    [MemberData(nameof(CallsAndErrors))]
    public async Task Every_call_throws_every_error_as_it_was_meant(Call call, TrainingError error)
    {
        FieldViolation[] violations = error is TrainingError.InvalidArgument ? [new("parameters[LR]", "'ä%\n' is 100 %."), new("name", "")] : [];
        var meant = new TrainingException(error, "What, when, and the way out: 100 % ä 🐋\nsecond line.", violations);
        var client = await ReachAsync(ScriptedClient.Always(_ => throw meant), user: null);

        var thrown = await Assert.ThrowsAsync<TrainingException>(() => MakeAsync(client, call, Token));

        Assert.Equal(meant.Error, thrown.Error);
        Assert.Equal(meant.Message, thrown.Message);
        Assert.Equal(meant.Violations, thrown.Violations);
    }

    [Theory]
    [MemberData(nameof(CallsAndTroubles))]
    public async Task A_job_store_that_cannot_answer_is_unavailable_and_what_is_unexpected_is_internal(Call call, StoreTrouble trouble)
    {
        var (meant, error, message) = trouble switch
        {
            StoreTrouble.Unavailable => (new JobStoreUnavailableException("No route."), TrainingError.Unavailable, "The job store is not available now: No route."),
            StoreTrouble.Io => (new IOException("The disk is full."), TrainingError.Unavailable, "The job store is not available now: The disk is full."),
            StoreTrouble.Timeout => (new TimeoutException("Late."), TrainingError.Unavailable, "The job store is not available now: Late."),
            StoreTrouble.Mistake => (new InvalidOperationException("secret"), TrainingError.Internal, "The training service failed with an unexpected error; its log has the details."),
            _ => ((Exception)new OperationCanceledException("secret"), TrainingError.Internal, "The training service failed with an unexpected error; its log has the details."),
        };
        var (_, client) = await InstallAsync(store: new BrokenJobStore(meant));

        var thrown = await Assert.ThrowsAsync<TrainingException>(() => MakeAsync(client, call, Token));

        Assert.Equal((error, message), (thrown.Error, thrown.Message));
        Assert.Empty(thrown.Violations);
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
        }), user: null);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var making = MakeAsync(client, call, cancel.Token);
        await entered.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);
        await left.Task.WaitAsync(Token);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_token_that_is_cancelled_already_lets_no_call_begin(Call call)
    {
        var (installation, client) = await InstallAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MakeAsync(client, call, new CancellationToken(canceled: true)));

        Assert.Empty((await installation.Client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }

    [Fact]
    public async Task What_is_null_as_a_whole_is_a_mistake_in_the_callers_code()
    {
        var (_, client) = await InstallAsync();

        Assert.Equal("request", (await Assert.ThrowsAsync<ArgumentNullException>(() => client.TrainAsync(null!, Token))).ParamName);
        Assert.Equal("requests", (await Assert.ThrowsAsync<ArgumentNullException>(() => client.TrainAllAsync(null!, cancellationToken: Token))).ParamName);
        Assert.Equal("sweep", (await Assert.ThrowsAsync<ArgumentNullException>(() => client.TrainSweepAsync(null!, Token))).ParamName);
        Assert.Equal("sweep", (await Assert.ThrowsAsync<ArgumentNullException>(() => client.TrainSweepAsync(new TrainingSweep { Request = null!, Grid = [] }, Token))).ParamName);
        Assert.Equal("query", (await Assert.ThrowsAsync<ArgumentNullException>(() => client.ListTrainingsAsync(null!, Token))).ParamName);
        Assert.Equal("jobs", (await Assert.ThrowsAsync<ArgumentNullException>(() => client.GetTrainingStatusesAsync(null!, Token))).ParamName);
    }

    private static async Task MakeAsync(ITrainingClient client, Call call, CancellationToken token)
    {
        var job = new JobId(1);
        switch (call)
        {
            case Call.Train:
                await client.TrainAsync(Installation.Request, token);
                break;
            case Call.TrainAll:
                await client.TrainAllAsync([Installation.Request], cancellationToken: token);
                break;
            case Call.TrainSweep:
                await client.TrainSweepAsync(Samples.Sweep, token);
                break;
            case Call.Status:
                await client.GetTrainingStatusAsync(job, token);
                break;
            case Call.Statuses:
                await client.GetTrainingStatusesAsync([job], token);
                break;
            case Call.List:
                await client.ListTrainingsAsync(new TrainingQuery(), token);
                break;
            case Call.Watch:
                await client.WatchTrainingAsync(job, cancellationToken: token).ToListAsync(token);
                break;
            case Call.ResumeWatch:
                await client.ResumeWatchAsync(new WatchPosition(job, null, 1), token).ToListAsync(token);
                break;
            case Call.Logs:
                await client.StreamLogsAsync(job, cancellationToken: token).ToListAsync(token);
                break;
            case Call.Cancel:
                await client.CancelTrainingAsync(job, token);
                break;
            case Call.Hold:
                await client.HoldTrainingAsync(job, token);
                break;
            case Call.Release:
                await client.ReleaseTrainingAsync(job, token);
                break;
        }
    }
}
