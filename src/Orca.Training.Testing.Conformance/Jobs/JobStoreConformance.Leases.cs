using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>Who decides: leases, and the fence that each decision carries.</summary>
public abstract partial class JobStoreConformance
{
    private static readonly TimeSpan Lasting = TimeSpan.FromHours(1);

    // A server's clock goes on while a case runs.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task One_holder_at_a_time_has_the_lease()
    {
        var store = await NewAsync();

        Assert.NotNull(await store.AcquireLeaseAsync("a", Lasting, Cancel));
        Assert.Null(await store.AcquireLeaseAsync("b", Lasting, Cancel));
    }

    [Fact]
    public async Task A_renewal_keeps_the_term_and_lasts_from_then_on()
    {
        var store = await NewAsync();
        var fence = await store.AcquireLeaseAsync("a", Lasting, Cancel);
        await PassAsync(store, Lasting - Margin);

        Assert.Equal(fence, await store.AcquireLeaseAsync("a", Lasting, Cancel));

        await PassAsync(store, Lasting - Margin);
        Assert.Null(await store.AcquireLeaseAsync("b", Lasting, Cancel));
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_ends_at_its_time_and_the_next_term_is_greater()
    {
        var store = await NewAsync();
        var first = await store.AcquireLeaseAsync("a", Lasting, Cancel);
        await PassAsync(store, Lasting - Margin);
        Assert.Null(await store.AcquireLeaseAsync("b", Lasting, Cancel));
        await PassAsync(store, Margin);

        var second = await store.AcquireLeaseAsync("b", Lasting, Cancel);

        Assert.True(second!.Value.Term > first!.Value.Term);
        Assert.Null(await store.AcquireLeaseAsync("a", Lasting, Cancel));
    }

    [Fact]
    public async Task A_lease_that_is_given_back_can_be_had_at_once_with_a_greater_term()
    {
        var store = await NewAsync();
        var first = (await store.AcquireLeaseAsync("a", Lasting, Cancel))!.Value;
        await store.ReleaseLeaseAsync(first, Cancel);

        var second = (await store.AcquireLeaseAsync("b", Lasting, Cancel))!.Value;

        Assert.True(second.Term > first.Term);
        await store.ReleaseLeaseAsync(first, Cancel);
        Assert.Null(await store.AcquireLeaseAsync("a", Lasting, Cancel));
    }

    [Fact]
    public async Task The_one_that_gave_the_lease_back_gets_a_greater_term_too()
    {
        var store = await NewAsync();
        var first = (await store.AcquireLeaseAsync("a", Lasting, Cancel))!.Value;
        await store.ReleaseLeaseAsync(first, Cancel);

        Assert.True((await store.AcquireLeaseAsync("a", Lasting, Cancel))!.Value.Term > first.Term);
    }

    [Fact]
    public async Task A_decision_with_an_older_term_is_refused_and_nothing_of_its_batch_applies()
    {
        var store = await NewAsync();
        var old = (await store.AcquireLeaseAsync("a", Lasting, Cancel))!.Value;
        var job = await SubmitAsync(store);
        await PassAsync(store, Lasting);
        var current = (await store.AcquireLeaseAsync("b", Lasting, Cancel))!.Value;
        JobCommand[] batch = [JobSamples.Submit(), new JobCommand.RequestCancel(job, JobSamples.At(1)), new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1))];

        var stale = await Assert.ThrowsAsync<StaleFenceException>(() => store.ApplyAsync(batch, old, Cancel).AsTask());

        Assert.Equal((old, current), (stale.Found!.Value, stale.Current));
        Assert.Equal($"The write carries lease term {old.Term}, but the current term is {current.Term}: another decider has taken over.", stale.Message);
        var open = await store.ReadOpenJobsAsync(Cancel);
        Assert.Equal([(job, 1)], open.Jobs.Select(j => (j.Id, j.Revision)));
        Assert.True((await store.ApplyAsync([new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1))], current, Cancel))[0].Applied);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(99L)]
    public async Task A_decision_without_the_lease_is_refused(long? term)
    {
        var store = await NewAsync();
        var job = await SubmitAsync(store);
        Fence? fence = term is { } t ? new Fence(t) : null;

        await Assert.ThrowsAsync<StaleFenceException>(
            () => store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel).AsTask());
        await DecideAsync(store);
        await Assert.ThrowsAsync<StaleFenceException>(
            () => store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel).AsTask());

        Assert.Equal(1, (await ReadAsync(store, job)).Revision);
    }

    [Fact]
    public async Task Intents_need_no_lease_and_are_taken_with_an_old_one()
    {
        var store = await NewAsync();
        var old = (await store.AcquireLeaseAsync("a", Lasting, Cancel))!.Value;
        await store.ReleaseLeaseAsync(old, Cancel);
        await store.AcquireLeaseAsync("b", Lasting, Cancel);

        var job = await SubmitAsync(store);
        var cancelled = await store.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], old, Cancel);

        Assert.True(cancelled[0].Applied);
    }
}
