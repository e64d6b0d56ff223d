using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Queueing;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Client;

namespace Orca.Training.Tests.Queueing;

/// <summary>What callers learn from the view of the queue, and how soon.</summary>
public sealed class QueueViewTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_job_that_has_just_been_submitted_has_a_place_as_soon_as_the_feed_brings_it() => RunAsync(async (view, store, time) =>
    {
        var first = await SubmitAsync(store);
        Assert.Equal(1, (await view.FindAsync(first, Cancel))?.Position);

        var began = time.GetUtcNow();
        var second = await SubmitAsync(store);

        Assert.Equal((2, TimeSpan.Zero), ((await view.FindAsync(second, Cancel))?.Position ?? 0, time.GetUtcNow() - began));
    });

    [Fact]
    public Task A_job_that_has_ended_since_it_was_read_costs_its_caller_no_time() => RunAsync(async (view, store, time) =>
    {
        var gone = await SubmitAsync(store);
        await FinishAsync(store, gone);
        var stays = await SubmitAsync(store);
        Assert.NotNull(await view.FindAsync(stays, Cancel));

        var began = time.GetUtcNow();

        Assert.Equal((null, TimeSpan.Zero), (await view.FindAsync(gone, Cancel), time.GetUtcNow() - began));
    });

    [Fact]
    public Task A_job_that_ends_before_the_view_has_heard_of_it_costs_its_caller_no_time() => RunAsync(async (view, store, time) =>
    {
        var stays = await SubmitAsync(store);
        Assert.NotNull(await view.FindAsync(stays, Cancel));
        var gone = await SubmitAsync(store);

        var began = time.GetUtcNow();
        var asked = view.FindAsync(gone, Cancel);
        await FinishAsync(store, gone);

        Assert.InRange((await asked)?.Position ?? 1, 1, 2);
        Assert.Equal(TimeSpan.Zero, time.GetUtcNow() - began);
    });

    [Fact]
    public Task A_job_that_was_purged_since_it_was_read_costs_its_caller_no_time() => RunAsync(async (view, store, time) =>
    {
        var never = JobSamples.Waiting(77);
        Assert.NotNull(await view.FindAsync(await SubmitAsync(store), Cancel));

        var began = time.GetUtcNow();

        Assert.Equal((null, TimeSpan.Zero), (await view.FindAsync(never, Cancel), time.GetUtcNow() - began));
    });

    [Fact]
    public Task A_job_whose_needs_cannot_be_worked_out_costs_its_callers_no_time() => RunAsync(async (view, store, time) =>
    {
        var odd = await SubmitAsync(store, dataset: "odd");
        Assert.NotNull(await view.FindAsync(await SubmitAsync(store), Cancel));

        var began = time.GetUtcNow();

        Assert.Equal((null, TimeSpan.Zero), (await view.FindAsync(odd, Cancel), time.GetUtcNow() - began));
    });

    [Fact]
    public Task Places_that_are_known_are_told_without_the_store() => RunAsync(async (view, store, _) =>
    {
        var jobs = new List<Job>();
        for (var i = 0; i < 20; i++)
        {
            jobs.Add(await SubmitAsync(store));
        }

        await view.FindAsync(jobs[^1], Cancel);
        var reads = store.Reads;
        for (var i = 0; i < jobs.Count; i++)
        {
            Assert.Equal(i + 1, (await view.FindAsync(jobs[i], Cancel))?.Position);
        }

        Assert.Equal(reads, store.Reads);
    });

    private static Task RunAsync(Func<QueueView, CountingStore, TimeProvider, Task> test) => VirtualTime.RunAsync(async time =>
    {
        var store = new CountingStore(new MemoryJobStore(new MemoryJobStoreOptions(), time));
        var settings = new QueueSettings(
            ["m1"],
            CapacityPolicies.OneAtATime,
            r => r.DatasetId == "odd" ? throw new InvalidOperationException("Nobody knows what it needs.") : new Demand(new Resources(1, 0)),
            _ => "",
            () => []);
        using var view = new QueueView(store, settings, time, Apart, NullLogger.Instance);
        await test(view, store, time);
    });

    /// <summary>It begins to read after whoever asked first has begun to wait.</summary>
    private static async Task Apart(Func<Task> work)
    {
        await Task.Yield();
        await work();
    }

    private static async Task<Job> SubmitAsync(CountingStore store, string dataset = "d") =>
        (await store.ApplyAsync([JobSamples.Submit(dataset)], null, Cancel))[0].Job!;

    private static async Task FinishAsync(CountingStore store, Job job)
    {
        var fence = await store.AcquireLeaseAsync("decider", TimeSpan.FromMinutes(1), Cancel);
        await store.ApplyAsync([new JobCommand.FinishQueued(job.Id, JobState.Failed, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel);
    }
}
