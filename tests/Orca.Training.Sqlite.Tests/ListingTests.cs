using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Relational;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Sqlite.Tests;

/// <summary>Lists beside commits.</summary>
public sealed class ListingTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_list_that_is_paused_midway_holds_up_no_submission_and_shows_what_it_would_have_shown()
    {
        await using var store = _folder.New(TimeProvider.System);
        var labels = new Dictionary<string, string> { ["tag"] = "red" };
        var submit = JobSamples.Submit() with { Request = JobSamples.Request() with { Labels = labels } };
        var jobs = (await store.ApplyAsync([.. Enumerable.Repeat(submit, 5_000)], null, Cancel)).Select(r => r.Job!.Id).ToList();
        var paused = new PausedJobs(store);

        var list = JobPages.ReadAsync(new JobQuery { States = [JobState.Queued], Labels = labels, Limit = 4_000 }, paused, Cancel).AsTask();
        await paused.Midway.Task.WaitAsync(Cancel);
        var later = (await store.ApplyAsync([submit], null, Cancel))[0].Job!.Id;
        Assert.NotNull(await store.ReadAsync(later, Cancel));
        Assert.False(list.IsCompleted);
        paused.GoOn.SetResult();

        Assert.Equal(jobs.AsEnumerable().Reverse().Take(4_000), (await list).Select(r => r.Job.Id));
        Assert.True(paused.Looks > 1);
    }

    /// <summary>The jobs of a store, where the first look at some of them is followed by a pause.</summary>
    private sealed class PausedJobs(ISearchedJobs inner) : ISearchedJobs
    {
        public TaskCompletionSource Midway { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Looks { get; private set; }

        public SearchTables Tables => inner.Tables;

        public ValueTask<IReadOnlyList<long>> CountAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken) =>
            inner.CountAsync(text, parameters, cancellationToken);

        public async ValueTask<Looked> LookAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
        {
            var looked = await inner.LookAsync(text, parameters, cancellationToken);
            if (++Looks == 1)
            {
                Midway.SetResult();
                await GoOn.Task.WaitAsync(cancellationToken);
            }

            return looked;
        }
    }
}
