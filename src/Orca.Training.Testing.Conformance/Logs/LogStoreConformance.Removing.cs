using Orca.Training.Jobs;
using Orca.Training.Logs;

namespace Orca.Training.Testing.Conformance.Logs;

/// <summary>What is removed is gone for good, and nobody is shown a part of it as if it were all.</summary>
public abstract partial class LogStoreConformance
{
    [Fact]
    public async Task A_removed_job_has_no_log_of_any_attempt_or_rank_and_others_keep_theirs()
    {
        var store = await NewAsync();
        var retry = Attempt with { Attempt = new AttemptId(new JobId(7), 31) };
        (AttemptName Attempt, int Rank)[] own = [(Attempt, 0), (Attempt, 1), (retry, 0)];
        (AttemptName Attempt, int Rank)[] others =
        [
            (Attempt with { Attempt = new AttemptId(new JobId(72), 2) }, 0), (Attempt with { Attempt = new AttemptId(new JobId(1), 7) }, 0),
            (Attempt with { Installation = new InstallationId("there") }, 0),
        ];
        foreach (var (attempt, rank) in own.Concat(others))
        {
            await store.AppendAsync(attempt, rank, [Line(1)], Cancel);
        }

        await RemoveAsync(store);

        foreach (var (attempt, rank) in own)
        {
            Assert.Empty(await AllAsync(store, attempt: attempt, rank: rank));
            Assert.Equal(default, await store.GetEndAsync(attempt, rank, Cancel));
            Assert.Equal(default, await store.FindLastAsync(attempt, rank, 0, null, Cancel));
        }

        foreach (var (attempt, rank) in others)
        {
            Assert.Equal([Line(1)], await AllAsync(store, attempt: attempt, rank: rank));
        }
    }

    [Fact]
    public async Task Removing_again_and_removing_nothing_are_no_errors()
    {
        var store = await NewAsync();
        await RemoveAsync(store);
        await store.AppendAsync(Attempt, 0, [Line(1)], Cancel);
        await RemoveAsync(store);
        await RemoveAsync(store);

        Assert.Empty(await AllAsync(store));
    }

    [Fact]
    public async Task What_is_appended_after_a_removal_begins_a_new_log()
    {
        var store = await NewAsync();
        await store.AppendAsync(Attempt, 0, [Line(1), Line(2), Line(3)], Cancel);
        await RemoveAsync(store);
        var waiting = store.WaitAsync(Attempt, 0, default, Cancel).AsTask();

        await store.AppendAsync(Attempt, 0, [Line(2, "again")], Cancel);

        await waiting.WaitAsync(Cancel);
        Assert.Equal([Line(2, "again")], await AllAsync(store));
        await RemoveAsync(store);
        Assert.Empty(await AllAsync(store));
    }

    [Fact]
    public async Task Removals_of_a_job_at_once_all_end_well()
    {
        var store = await NewAsync();
        await store.AppendAsync(Attempt, 0, [.. Enumerable.Range(1, 2000).Select(i => Line(i))], Cancel);
        var other = await AgainAsync(store);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => RemoveAsync(i % 2 == 0 ? store : other), Cancel)));

        Assert.Empty(await AllAsync(store));
    }

    [Fact]
    public async Task Who_reads_a_log_while_it_is_removed_gets_whole_lines_without_a_gap_and_then_the_end()
    {
        var store = await NewAsync();
        var lines = Enumerable.Range(1, 5000).Select(i => Line(i, $"{i} {new string('x', i % 200)}")).ToArray();
        await store.AppendAsync(Attempt, 0, lines, Cancel);
        var removal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var readers = begun.Select(me => Task.Run(
            async () =>
            {
                var read = new List<LogEntry>();
                while (await store.ReadAsync(Attempt, 0, read.Count == 0 ? default : read[^1].Position, Cancel) is { Count: > 0 } page)
                {
                    // Fewer than the store gives at once: a reader may stop anywhere.
                    read.AddRange(page.Take(100));
                    me.TrySetResult();
                    await removal.Task.WaitAsync(Cancel);
                }

                return read;
            },
            Cancel)).ToList();

        await Task.WhenAll(begun.Select(b => b.Task)).WaitAsync(Cancel);

        removal.SetResult();
        await RemoveAsync(store);

        foreach (var reader in readers)
        {
            var read = await reader;
            Assert.Equal(lines[..read.Count], read);
        }
    }

    private async Task RemoveAsync(ILogStore store) => await store.RemoveAsync(Attempt.Installation, Attempt.Attempt.Job, Cancel);
}
