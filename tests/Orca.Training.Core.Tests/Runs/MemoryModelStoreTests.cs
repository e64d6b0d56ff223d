using Orca.Training.Jobs;
using Orca.Training.Models.Memory;
using Orca.Training.Runs;

namespace Orca.Training.Tests.Runs;

/// <summary>What the numbers of models in memory take, however long the process lives.</summary>
public sealed class MemoryModelStoreTests
{
    private readonly Runs _runs = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Numbers_of_jobs_that_are_gone_are_forgotten_and_not_given_again()
    {
        var store = new MemoryModelStore(_runs);
        for (var i = 1; i <= 20_000; i++)
        {
            await store.ReserveAsync("m", new JobId(i), Token);
        }

        Assert.InRange(store.Size, 1, 2 * MemoryModelStore.Least);
        Assert.Equal(20_001, await store.ReserveAsync("m", new JobId(20_001), Token));
    }

    [Fact]
    public async Task Names_without_a_version_are_forgotten_and_their_numbers_not_given_again()
    {
        var store = new MemoryModelStore(_runs);
        var most = 0;
        for (var i = 1; i <= 20_000; i++)
        {
            await store.ReserveAsync($"m{i}", new JobId(i), Token);
            most = Math.Max(most, await store.ReserveAsync($"m{i}", new JobId(100_000 + i), Token));
        }

        Assert.InRange(store.Size, 1, 6 * MemoryModelStore.Least);
        Assert.True(await store.ReserveAsync("m9999", new JobId(7), Token) > 2);
        // Two for each time that names were forgotten, which is about fifty times.
        Assert.InRange(most, 2, 200);
    }

    [Fact]
    public async Task Versions_of_runs_that_are_kept_stay_with_their_aliases_and_so_does_the_number_of_a_job_that_runs()
    {
        var store = new MemoryModelStore(_runs);
        await store.ReserveAsync("m", new JobId(1), Token);
        await store.ReserveAsync("m", new JobId(2), Token);
        _runs.Kept[new JobId(1)] = Run(1, JobState.Succeeded, 1);
        _runs.Kept[new JobId(2)] = Run(2, JobState.Running, null);
        Assert.True(await store.SetAliasAsync("m", "production", 1, Token));

        for (var i = 3; i <= 5_000; i++)
        {
            _runs.Kept[new JobId(i)] = Run(i, JobState.Failed, null);
            await store.ReserveAsync("m", new JobId(i), Token);
        }

        Assert.Equal((1, "production"), await store.ResolveAsync("m", "production", Token) is { } found ? (found.Version, Assert.Single(found.Aliases)) : default);
        Assert.Equal(2, await store.ReserveAsync("m", new JobId(2), Token));
        Assert.InRange(store.Size, 2, 2 * MemoryModelStore.Least);
    }

    private static Run Run(long job, JobState state, int? version) => new()
    {
        Job = new JobId(job),
        Request = new TrainingRequest { Algorithm = "a", DatasetId = "d", OutputModelName = "m" },
        State = state,
        ModelVersion = version,
        Attempts = [new Attempt { Number = 1, Machine = "machine", CreatedAt = DateTimeOffset.UnixEpoch }],
        SubmittedAt = DateTimeOffset.UnixEpoch,
    };

    private sealed class Runs : IRunStore
    {
        public Dictionary<JobId, Run> Kept { get; } = [];

        public bool IsShared => false;

        public ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) => ValueTask.FromResult(Kept.GetValueOrDefault(job));

        public ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
