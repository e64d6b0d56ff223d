using System.Collections.Concurrent;
using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Testing.Conformance.Runs;

/// <summary>Each run that is to be called the same gets a number of its own, and only what succeeded is a version.</summary>
public abstract partial class RunStoresConformance
{
    [Fact]
    public async Task Versions_of_a_model_are_numbered_from_one_and_the_newest_is_meant_where_none_is_named()
    {
        var stores = await NewAsync();
        var jobs = new[] { await ModelAsync(stores, "m"), await ModelAsync(stores, "m"), await ModelAsync(stores, "other") };

        Assert.Equal([2, 1], (await stores.Models.ListVersionsAsync("m", Cancel)).Select(v => v.Version));
        Assert.Equal(["m", "other"], await stores.Models.ListAsync(Cancel));
        var newest = await stores.Models.ResolveAsync("m", "", Cancel);
        Assert.Equal((2, jobs[1], 1), (newest!.Version, newest.Job, newest.Attempt));
        Assert.Equal("model.bin", Assert.Single(newest.Files).Name);
        Assert.Equal(jobs[0], (await stores.Models.ResolveAsync("m", "1", Cancel))!.Job);
        Assert.Null(await stores.Models.ResolveAsync("m", "3", Cancel));
        Assert.Null(await stores.Models.ResolveAsync("nobody", "", Cancel));
        Assert.Empty(await stores.Models.ListVersionsAsync("nobody", Cancel));
    }

    [Fact]
    public async Task A_job_gets_the_same_number_each_time_and_numbers_of_jobs_that_fail_stay_unused()
    {
        var stores = await NewAsync();
        var failed = await SubmitAsync(stores, JobSamples.Request());
        Assert.Equal(1, await stores.Models.ReserveAsync("m", failed, Cancel));
        Assert.Equal(1, await stores.Models.ReserveAsync("m", failed, Cancel));

        Assert.Empty(await stores.Models.ListVersionsAsync("m", Cancel));
        Assert.Null(await stores.Models.ResolveAsync("m", "", Cancel));
        Assert.Empty(await stores.Models.ListAsync(Cancel));
        await ModelAsync(stores, "m");

        Assert.Equal(3, await stores.Models.ReserveAsync("m", await SubmitAsync(stores, JobSamples.Request()), Cancel));

        Assert.Equal([2], (await stores.Models.ListVersionsAsync("m", Cancel)).Select(v => v.Version));
        Assert.Equal(2, (await stores.Models.ResolveAsync("m", "", Cancel))!.Version);
        Assert.Null(await stores.Models.ResolveAsync("m", "1", Cancel));
        Assert.False(await stores.Models.SetAliasAsync("m", "production", 3, Cancel));
        Assert.False(await stores.Models.RemoveAsync("m", 3, Cancel));
    }

    [Fact]
    public async Task Numbers_that_are_drawn_at_once_are_all_different()
    {
        var stores = await NewAsync();

        var numbers = await Task.WhenAll(Enumerable.Range(1, 40).Select(i => Task.Run(
            async () => (Job: i % 20, Number: await stores.Models.ReserveAsync("m", new JobId(1000 + (i % 20)), Cancel)), Cancel)));

        Assert.Equal(20, numbers.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 20), numbers.Select(n => n.Number).Distinct().Order());
    }

    [Fact]
    public async Task Whoever_draws_numbers_for_whatever_jobs_at_once_each_job_has_one_and_none_is_left_out()
    {
        var stores = await NewAsync();
        var round = 0;
        await Gen.Select(Gen.Int[0, 2], Gen.Int[1, 8]).Array[1, 12].Array[2, 4].SampleAsync(async hosts =>
        {
            round++;
            var drawn = new ConcurrentBag<(int Model, int Job, int Number)>();
            await Task.WhenAll(hosts.Select(host => Task.Run(async () =>
            {
                foreach (var (model, job) in host)
                {
                    drawn.Add((model, job, await stores.Models.ReserveAsync($"model {round}.{model}", new JobId(1000 + job), Cancel)));
                }
            }, Cancel)));

            foreach (var model in drawn.Distinct().GroupBy(d => d.Model))
            {
                Assert.Equal(Enumerable.Range(1, model.Count()), model.Select(d => d.Number).Order());
                Assert.Equal(model.Count(), model.Select(d => d.Job).Distinct().Count());
            }
        }, iter: 15, threads: 1);
    }

    [Fact]
    public async Task A_version_and_its_aliases_outlive_its_job()
    {
        var stores = await NewAsync();
        var job = await ModelAsync(stores, "m");
        await stores.Models.SetAliasAsync("m", "production", 1, Cancel);

        await stores.Jobs.RemoveAsync([job], _fence!.Value, Cancel);

        var found = await stores.Models.ResolveAsync("m", "production", Cancel);
        Assert.Equal((1, job, 1, "model.bin"), (found!.Version, found.Job, found.Attempt, Assert.Single(found.Files).Name));
        Assert.Equal(["m"], await stores.Models.ListAsync(Cancel));
        Assert.True(await stores.Models.RemoveAsync("m", 1, Cancel));
        Assert.Empty(await stores.Models.ListAsync(Cancel));
    }

    [Fact]
    public async Task An_alias_that_several_move_at_once_is_at_every_moment_one_versions()
    {
        var stores = await NewAsync();
        await ModelAsync(stores, "m");
        await ModelAsync(stores, "m");
        await stores.Models.SetAliasAsync("m", "production", 1, Cancel);

        var moves = Task.WhenAll(Enumerable.Range(0, 4).Select(mover => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                Assert.True(await stores.Models.SetAliasAsync("m", "production", 1 + ((mover + i) % 2), Cancel));
            }
        }, Cancel)));
        do
        {
            Assert.Single(await stores.Models.ListVersionsAsync("m", Cancel), v => v.Aliases.Contains("production"));
            Assert.NotNull(await stores.Models.ResolveAsync("m", "production", Cancel));
        }
        while (!moves.IsCompleted);

        await moves;
    }

    [Fact]
    public async Task An_alias_moves_from_version_to_version_and_can_be_taken_away()
    {
        var stores = await NewAsync();
        await ModelAsync(stores, "m");
        await ModelAsync(stores, "m");

        Assert.True(await stores.Models.SetAliasAsync("m", "production", 1, Cancel));
        Assert.Equal(1, (await stores.Models.ResolveAsync("m", "production", Cancel))!.Version);
        Assert.True(await stores.Models.SetAliasAsync("m", "production", 2, Cancel));
        Assert.Equal(["production"], (await stores.Models.ResolveAsync("m", "production", Cancel))!.Aliases);
        Assert.Empty((await stores.Models.ResolveAsync("m", "1", Cancel))!.Aliases);
        Assert.False(await stores.Models.SetAliasAsync("m", "production", 9, Cancel));
        Assert.Equal(2, (await stores.Models.ResolveAsync("m", "production", Cancel))!.Version);
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await stores.Models.SetAliasAsync("m", "2", 1, Cancel));

        await stores.Models.RemoveAliasAsync("m", "production", Cancel);
        await stores.Models.RemoveAliasAsync("m", "production", Cancel);
        Assert.Null(await stores.Models.ResolveAsync("m", "production", Cancel));
    }

    [Fact]
    public async Task A_removed_version_is_gone_with_its_aliases_and_its_number_is_not_given_again()
    {
        var stores = await NewAsync();
        await ModelAsync(stores, "m");
        await ModelAsync(stores, "m");
        await stores.Models.SetAliasAsync("m", "production", 2, Cancel);

        Assert.True(await stores.Models.RemoveAsync("m", 2, Cancel));
        Assert.False(await stores.Models.RemoveAsync("m", 2, Cancel));

        Assert.Null(await stores.Models.ResolveAsync("m", "production", Cancel));
        Assert.Equal(1, (await stores.Models.ResolveAsync("m", "", Cancel))!.Version);
        await ModelAsync(stores, "m");
        Assert.Equal([3, 1], (await stores.Models.ListVersionsAsync("m", Cancel)).Select(v => v.Version));
    }

    private async Task<JobId> ModelAsync(RunStores stores, string name)
    {
        var job = await SubmitAsync(stores, JobSamples.Request() with { OutputModelName = name });
        await DecideAsync(stores, new JobCommand.BeginAttempt(job, 1, "m1", JobSamples.At(1)), new JobCommand.BeginRunning(job, 1, ["c1"], JobSamples.At(2)));
        await FinishAsync(stores, job, accuracy: 1, await stores.Models.ReserveAsync(name, job, Cancel));
        return job;
    }
}
