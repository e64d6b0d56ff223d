using System.Runtime.CompilerServices;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>
/// The conformance suite of training clients. Every <see cref="ITrainingClient"/> must have the same results, the same errors with the same
/// messages, and the same cancellation, however it reaches the service. Derive a class for each kind of client.
/// </summary>
public abstract partial class TrainingClientConformance : IAsyncLifetime
{
    private readonly List<IDisposable> _services = [];

    private static CancellationToken Token => Patience.Token;

    /// <summary>Creates a client under test.</summary>
    /// <param name="service">The service that the client must call.</param>
    /// <param name="user">The name of the caller, as issued by the host. Null for a local caller.</param>
    /// <remarks>Some tests call this more than once. Close everything that it opens in <see cref="DisposeAsync"/>.</remarks>
    protected abstract Task<ITrainingClient> ReachAsync(ITrainingClientFactory service, string? user);

    /// <inheritdoc />
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _services.ForEach(s => s.Dispose());
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_submission_is_on_record_when_its_id_comes_back()
    {
        var (installation, client) = await InstallAsync();

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
        }, user: null);

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
        var client = await ReachAsync(new ScriptedClient { Status = (job, _) => Task.FromResult(status with { JobId = job }) }, user: null);

        var seen = await client.GetTrainingStatusAsync(status.JobId, Token);

        Assert.Equal(Samples.Text(status), Samples.Text(seen));
    }

    [Fact]
    public async Task A_watch_tells_all_statuses_in_order_and_ends_when_there_are_no_more()
    {
        TrainingStatus[] all = [Samples.Least, Samples.Everything, Samples.Most];
        var asked = new List<WatchPosition>();
        var client = await ReachAsync(new ScriptedClient
        {
            Watch = (after, _) =>
            {
                asked.Add(after);
                return all.ToAsyncEnumerable();
            },
        }, user: null);

        var seen = await client.WatchTrainingAsync(new JobId(5), 41, Token).ToListAsync(Token);
        var resumed = await client.ResumeWatchAsync(Samples.Everything.Position, Token).ToListAsync(Token);

        Assert.Equal(all.Select(Samples.Text), seen.Select(Samples.Text));
        Assert.Equal(all.Select(Samples.Text), resumed.Select(Samples.Text));
        Assert.Equal([new WatchPosition(new JobId(5), null, 41), new WatchPosition(new JobId(17), new InstallationId("b1c2"), 9)], asked);
    }

    [Fact]
    public async Task A_watch_follows_a_job_to_its_end()
    {
        var (installation, client) = await InstallAsync();
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
        var (installation, client) = await InstallAsync();
        var job = await client.TrainAsync(Installation.Request, Token);
        await installation.SucceedAsync(job);

        Assert.Empty(await client.WatchTrainingAsync(job, 1000, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_watch_that_meets_trouble_tells_what_came_before_it()
    {
        var client = await ReachAsync(new ScriptedClient { Watch = (_, _) => OneThenAsync(new TrainingException(TrainingError.Unavailable, "The store is away.")) }, user: null);
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
        var client = await ReachAsync(new ScriptedClient { Watch = (_, token) => OneThenWaitAsync(ended, token) }, user: null);

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
        var (installation, client) = await InstallAsync();
        var job = await client.TrainAsync(Installation.Request, Token);

        await client.CancelTrainingAsync(job, Token);
        await client.CancelTrainingAsync(job, Token);

        Assert.NotNull((await installation.ReadAsync(job)).CancelRequestedAt);
        Assert.NotNull((await client.GetTrainingStatusAsync(job, Token)).CancelRequestedAt);
    }

    [Fact]
    public async Task A_cancel_of_a_job_that_succeeded_says_so()
    {
        var (installation, client) = await InstallAsync();
        var job = await client.TrainAsync(Installation.Request, Token);
        await installation.SucceedAsync(job);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.CancelTrainingAsync(job, Token));

        Assert.Equal((TrainingError.FailedPrecondition, $"Job {job} cannot be cancelled: it is already Succeeded."), (refusal.Error, refusal.Message));
    }

    [Fact]
    public async Task A_watch_goes_on_after_a_status_that_was_seen()
    {
        var (installation, client) = await InstallAsync();
        var job = await client.TrainAsync(Installation.Request, Token);
        var seen = await client.GetTrainingStatusAsync(job, Token);
        await installation.SucceedAsync(job);

        var rest = await client.ResumeWatchAsync(seen.Position, Token).ToListAsync(Token);

        Assert.Equal([2, 3, 4], rest.Select(s => s.Revision));
    }

    [Fact]
    public async Task A_watch_that_goes_on_in_another_installation_notices_that_its_job_is_not_there()
    {
        var (_, before) = await InstallAsync();
        var (_, after) = await InstallAsync();
        var seen = await before.GetTrainingStatusAsync(await before.TrainAsync(Installation.Request, Token), Token);
        var other = await after.GetTrainingStatusAsync(await after.TrainAsync(Installation.Request, Token), Token);
        Assert.Equal(seen.JobId, other.JobId);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => after.ResumeWatchAsync(seen.Position, Token).ToListAsync(Token).AsTask());

        Assert.Equal(TrainingError.NotFound, refusal.Error);
        Assert.Equal(
            $"There is no job {seen.JobId} of installation {seen.Installation}: this is installation {other.Installation}. A service with jobs in memory loses them when it restarts.",
            refusal.Message);
    }

    [Fact]
    public async Task A_submission_is_on_record_as_its_callers()
    {
        var (installation, ada) = await InstallAsync("ada");

        var status = await ada.GetTrainingStatusAsync(await ada.TrainAsync(Installation.Request, Token), Token);

        Assert.Equal("ada", status.User);
        Assert.Equal("ada", (await installation.ReadAsync(status.JobId)).User);
    }

    private async Task<(Installation Installation, ITrainingClient Client)> InstallAsync(string? user = null, IJobStore? store = null)
    {
        var installation = new Installation(store);
        _services.Add(installation);
        return (installation, await ReachAsync(installation.Clients, user));
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
