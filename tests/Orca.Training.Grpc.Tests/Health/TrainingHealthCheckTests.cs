using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Orca.Training.AspNetCore.Health;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Machines;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Clients;
using Orca.Training.Tracking;

namespace Orca.Training.Grpc.Tests.Health;

/// <summary>What is said of the service's health, part by part.</summary>
public sealed class TrainingHealthCheckTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeContainerRuntime _first = new(TimeProvider.System);
    private readonly FakeContainerRuntime _second = new(TimeProvider.System);
    private readonly TrackerState _tracker = new();
    private ForeignFaults Faults => field ??= new ForeignFaults(_time);

    private static CancellationToken Token => Patience.Token;

    [Theory]
    [InlineData("Deciding", HealthStatus.Healthy, "The job store answers. This host decides.")]
    [InlineData("Waiting", HealthStatus.Healthy, "The job store answers. Another host decides.")]
    [InlineData("Starting", HealthStatus.Degraded, "The job store answers. It is not yet known which host decides.")]
    [InlineData("Failing", HealthStatus.Degraded, "The job store answers. The tracker of this host failed and restarts: No memory.")]
    [InlineData("Stopped", HealthStatus.Unhealthy, "The job store answers. The tracker of this host is stopped.")]
    public async Task The_tracker_says_who_decides(string role, HealthStatus status, string description)
    {
        _tracker.Is(Enum.Parse<TrackerRole>(role), role == "Failing" ? new InvalidOperationException("No memory.") : null);

        var result = await AskAsync(NewCheck());

        Assert.Equal((status, description), (result.Status, result.Description));
        Assert.Equal(["disk", "job store", "machine one", "machine two", "tracker"], result.Data.Keys.Order());
        Assert.Equal((role, (object)"answers"), (result.Data["tracker"], result.Data["machine one"]));
    }

    [Fact]
    public async Task A_machine_that_is_away_degrades_the_service_even_if_all_are()
    {
        _tracker.Is(TrackerRole.Deciding);
        var check = NewCheck();
        _second.GoAway();

        var one = await AskAsync(check);
        _first.GoAway();
        _time.Advance(TimeSpan.FromSeconds(1));
        var both = await AskAsync(check);
        _first.ComeBack();
        _second.ComeBack();
        _time.Advance(TimeSpan.FromSeconds(1));
        var none = await AskAsync(check);

        Assert.Equal((HealthStatus.Degraded, "The job store answers. This host decides. Machine 'two' cannot be reached: The fake engine cannot be reached."), (one.Status, one.Description));
        Assert.Equal(("answers", (object)"The fake engine cannot be reached."), (one.Data["machine one"], one.Data["machine two"]));
        Assert.Equal(
            (HealthStatus.Degraded, "The job store answers. This host decides. Machine 'one' cannot be reached: The fake engine cannot be reached. Machine 'two' cannot be reached: The fake engine cannot be reached."),
            (both.Status, both.Description));
        Assert.Equal(HealthStatus.Healthy, none.Status);
    }

    [Fact]
    public async Task What_the_host_s_own_code_threw_degrades_the_service_for_some_minutes()
    {
        _tracker.Is(TrackerRole.Deciding);
        var check = NewCheck();
        Faults.Tell("The capacity policy", new InvalidOperationException("No quota."));

        var thrown = await AskAsync(check);
        _time.Advance(ForeignFaults.Remembered);
        var over = await AskAsync(check);

        Assert.Equal(
            (HealthStatus.Degraded, "The job store answers. This host decides. The capacity policy threw InvalidOperationException: No quota."),
            (thrown.Status, thrown.Description));
        Assert.Equal(HealthStatus.Healthy, over.Status);
    }

    [Fact]
    public async Task A_job_store_that_does_not_answer_is_the_failure_that_the_host_chose()
    {
        _tracker.Is(TrackerRole.Deciding);
        var check = NewCheck(new BrokenJobStore(new JobStoreUnavailableException("No route.")));

        var unhealthy = await AskAsync(check);
        var degraded = await check.AskAsync(HealthStatus.Degraded, Token);

        Assert.Equal((HealthStatus.Unhealthy, "The job store does not answer: No route. This host decides."), (unhealthy.Status, unhealthy.Description));
        Assert.Equal("No route.", unhealthy.Data["job store"]);
        Assert.Equal(HealthStatus.Degraded, degraded.Status);
    }

    [Fact]
    public async Task What_hangs_is_given_up_after_a_time_and_not_asked_again_until_it_answers()
    {
        var asked = 0;
        var entered = new TaskCompletionSource();
        var hanging = new TaskCompletionSource();
        var probe = new Probe(
            _ =>
            {
                asked++;
                entered.TrySetResult();
                return hanging.Task;
            },
            _time);

        var first = probe.AskAsync();
        await entered.Task.WaitAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("It did not answer within 5 s.", await first.WaitAsync(Token));
        Assert.Equal("It has not answered a request for more than 5 s.", await probe.AskAsync().WaitAsync(Token));
        Assert.Equal(1, asked);

        hanging.SetResult();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await probe.AskAsync().WaitAsync(Token));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Whoever_asks_at_once_or_within_a_second_gets_the_same_answer()
    {
        var asked = 0;
        var answer = new TaskCompletionSource();
        var probe = new Probe(
            _ =>
            {
                Interlocked.Increment(ref asked);
                return answer.Task;
            },
            _time);

        var all = Enumerable.Range(0, 100).Select(_ => probe.AskAsync()).ToList();
        answer.SetResult();
        await Task.WhenAll(all).WaitAsync(Token);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        await probe.AskAsync().WaitAsync(Token);
        Assert.Equal(1, asked);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await probe.AskAsync().WaitAsync(Token);
        Assert.Equal(2, asked);
    }

    private static Task<HealthCheckResult> AskAsync(TrainingHealthCheck check) => check.AskAsync(HealthStatus.Unhealthy, Token);

    private TrainingHealthCheck NewCheck(IJobStore? store = null) =>
        new(store ?? new MemoryJobStore(new MemoryJobStoreOptions(), _time), [new Machine("one", _first), new Machine("two", _second)], _tracker, Faults, _time);
}
