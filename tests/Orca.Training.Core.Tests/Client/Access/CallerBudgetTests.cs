using Orca.Training.Client;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Client.Access;

/// <summary>What one caller may take.</summary>
public sealed class CallerBudgetTests
{
    private readonly ManualTime _time = new();
    private readonly AccessOptions _options = new() { RequestsPerSecond = 2, OpenStreams = 2, QueuedTrainings = 5, UploadMiB = 1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private CallerBudget Budget => field ??= new CallerBudget(_options, _time);

    [Fact]
    public void Requests_beyond_the_burst_come_at_their_rate()
    {
        for (var i = 0; i < 20; i++)
        {
            Budget.Request();
        }

        Assert.Equal(
            "You have reached the limit of 2 requests per second for a caller: wait a second, and combine requests in one call.",
            Refused(Budget.Request).Message);
        _time.Advance(TimeSpan.FromSeconds(1));
        Budget.Request();
        Budget.Request();
        Refused(Budget.Request);
    }

    [Fact]
    public void A_stream_that_ends_makes_room_for_another_and_only_once()
    {
        var first = Budget.Stream();
        using var second = Budget.Stream();

        Assert.Equal("You have reached the limit of 2 open streams for a caller: end one of them first.", Refused(() => Budget.Stream()).Message);
        first.Dispose();
        first.Dispose();
        using var third = Budget.Stream();
        Refused(() => Budget.Stream());
    }

    [Fact]
    public void Uploads_count_together_until_they_end()
    {
        Budget.Upload(700_000);
        Budget.Upload(300_000);

        Assert.Equal(
            "You have reached the limit of 1 MiB in running uploads for a caller: wait until one of them ends.",
            Refused(() => Budget.Upload(100_000)).Message);
        Budget.Uploaded(700_000);
        Budget.Upload(100_000);
    }

    [Fact]
    public async Task The_queue_is_counted_only_when_the_room_that_was_left_is_used_up()
    {
        var (queued, counted) = (0, 0);
        ValueTask<int> Count(int most, CancellationToken token) => ValueTask.FromResult(counted++ < 0 ? 0 : queued);
        for (; queued < 5; queued++)
        {
            await Budget.QueueAsync(1, Count, Cancel);
        }

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => Budget.QueueAsync(1, Count, Cancel).AsTask());
        Assert.Equal(
            (TrainingError.ResourceExhausted, "You have 5 queued trainings, and 1 more would exceed the limit of 5 for a caller. Wait for some to start, or cancel some."),
            (refusal.Error, refusal.Message));
        queued = 2;
        await Budget.QueueAsync(3, Count, Cancel);
        await Assert.ThrowsAsync<TrainingException>(() => Budget.QueueAsync(4, Count, Cancel).AsTask());
        Assert.Equal(4, counted);
    }

    [Fact]
    public async Task Nothing_is_limited_by_a_limit_of_0()
    {
        var budget = new CallerBudget(new AccessOptions { RequestsPerSecond = 0, OpenStreams = 0, QueuedTrainings = 0, UploadMiB = 0 }, _time);
        for (var i = 0; i < 1000; i++)
        {
            budget.Request();
            budget.Stream();
            budget.Upload(int.MaxValue);
            await budget.QueueAsync(1000, (_, _) => throw new InvalidOperationException("It need not be counted."), Cancel);
        }
    }

    [Fact]
    public void Budgets_of_many_callers_who_are_gone_are_forgotten_and_of_those_who_are_there_kept()
    {
        var budgets = new CallerBudgets(_options, _time);
        var kept = budgets.Of("ada");
        using var stream = kept.Stream();
        for (var i = 0; i < 10_000; i++)
        {
            budgets.Of($"caller {i}");
        }

        Assert.Same(kept, budgets.Of("ada"));
        Assert.InRange(budgets.Count, 1, 4097);
    }

    private static TrainingException Refused(Action act)
    {
        var refusal = Assert.Throws<TrainingException>(act);
        Assert.Equal(TrainingError.ResourceExhausted, refusal.Error);
        return refusal;
    }
}
