using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Progress;
using Orca.Training.Testing;
using Orca.Training.Tests.Logs;
using Orca.Training.Tests.Metrics;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>How lines get from a container's output into the log store, whatever the store does.</summary>
public sealed class LogWriterTests
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_line_is_in_the_log_before_a_fifth_of_a_second_is_over_and_all_are_at_the_end() => VirtualTime.RunAsync(async time =>
    {
        var store = Sound();
        var late = new List<int>();

        await FollowAsync(time, store, Lines());

        Assert.Empty(late);
        Assert.Equal(Texts(200), await TextsAsync(store));
        // One of each tenth of a second that lasted, though lines came every 10 ms.
        Assert.InRange(store.Asked.Appends, 20, 25);

        async IAsyncEnumerable<OutputLine> Lines([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            for (var i = 1; i <= 200; i++)
            {
                yield return Line(i);
                await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken);
                if ((await TextsAsync(store)).Count < i - 20)
                {
                    late.Add(i);
                }
            }
        }
    });

    [Fact]
    public Task A_line_before_a_silence_does_not_wait_for_the_next() => VirtualTime.RunAsync(async time =>
    {
        var store = Sound();
        var read = new List<int>();

        await FollowAsync(time, store, Lines());

        Assert.Equal([1, 3], read);

        async IAsyncEnumerable<OutputLine> Lines([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return Line(1);
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken);
            read.Add((await TextsAsync(store)).Count);
            yield return Line(2);
            yield return Line(3);
            await Task.Delay(TimeSpan.FromMilliseconds(150), time, cancellationToken);
            read.Add((await TextsAsync(store)).Count);
        }
    });

    [Fact]
    public Task A_training_that_prints_nothing_asks_nothing_of_the_store() => VirtualTime.RunAsync(async time =>
    {
        var store = Sound();
        store.EndIsUnknown = new InvalidOperationException("was asked");

        await FollowAsync(time, store, AsyncEnumerable.Empty<OutputLine>());

        Assert.Equal((0, 0), store.Asked);
    });

    [Fact]
    public Task A_flood_goes_in_large_batches_and_complete() => VirtualTime.RunAsync(async time =>
    {
        var store = Sound();

        await FollowAsync(time, store, Enumerable.Range(1, 50_000).Select(i => Line(i)).ToAsyncEnumerable());

        Assert.Equal(Texts(50_000), await TextsAsync(store));
        Assert.InRange(store.Asked.Appends, 1, 100);
    });

    [Fact]
    public Task A_store_that_fails_for_a_while_loses_nothing_and_is_told_of_once() => VirtualTime.RunAsync(async time =>
    {
        var log = new RecordedLog();
        var store = new FaultyLogStore(append => append is >= 3 and <= 6 ? throw new IOException("No space left on device") : Task.CompletedTask);

        await FollowAsync(time, store, Paced(time, 1000, TimeSpan.FromMilliseconds(20)), log);

        Assert.Equal(Texts(1000), await TextsAsync(store));
        Assert.Equal([1030], log.Ids);
    });

    [Fact]
    public Task Of_a_store_that_fails_for_too_long_what_found_no_room_is_a_gap_and_progress_goes_on() => VirtualTime.RunAsync(async time =>
    {
        var log = new RecordedLog();
        var isBroken = true;
        var store = new FaultyLogStore(_ => isBroken ? throw new IOException("No space left on device") : Task.CompletedTask);
        var digest = new OutputDigest(TrainingProgress.None);
        var text = new string('x', 1000);

        await FollowAsync(time, store, Lines(), log, digest: digest);

        var entries = await store.AllAsync(LogSamples.Attempt, Cancel);
        var gap = Assert.Single(entries, e => e.Missing > 0);
        Assert.Equal(6001, entries.Count(e => e.Missing == 0) + gap.Missing);
        Assert.Equal(["last"], entries.TakeLast(1).Select(e => e.Text));
        Assert.Equal($"[{gap.Missing:N0} lines are missing here: the log store did not accept them in time]", gap.Text);
        Assert.Equal(new OutputPosition(6000, 1), entries[^1].Position);
        Assert.InRange(entries.Sum(e => e.Text.Length), 900_000, 1_300_000);
        Assert.Equal([1030, 1031], log.Ids);
        Assert.Equal(5, digest.Progress.Metrics["step"]);

        async IAsyncEnumerable<OutputLine> Lines([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return Line(0) with { Text = """{"orca":"metric","step":5}""" };
            for (var i = 1; i < 6000; i++)
            {
                yield return Line(i) with { Text = text };
            }

            await Task.Delay(TimeSpan.FromMinutes(5), time, cancellationToken);
            isBroken = false;
            await Task.Delay(TimeSpan.FromMinutes(1), time, cancellationToken);
            yield return Line(6000) with { Text = "last" };
        }
    });

    [Fact]
    public Task A_store_that_never_answers_holds_up_nothing_for_more_than_moments() => VirtualTime.RunAsync(async time =>
    {
        var log = new RecordedLog();
        var store = new FaultyLogStore(_ => Never);
        var digest = new OutputDigest(TrainingProgress.None);
        var start = time.GetUtcNow();

        await FollowAsync(time, store, Enumerable.Range(1, 40_000).Select(i => Line(i) with { Text = $$"""{"orca":"metric","step":{{i}}}""" }).ToAsyncEnumerable(), log, digest: digest);

        Assert.Equal(40_000, digest.Progress.Metrics["step"]);
        Assert.InRange(time.GetUtcNow() - start, TimeSpan.Zero, 2 * LogWriter.Patience + TimeSpan.FromSeconds(1));
        Assert.Equal(1031, log.Ids[^1]);
    });

    [Fact]
    public Task A_store_that_hangs_once_is_asked_again_and_gets_every_line_once() => VirtualTime.RunAsync(async time =>
    {
        var log = new RecordedLog();
        var store = new FaultyLogStore(append => append == 2 ? Never : Task.CompletedTask);

        await FollowAsync(time, store, Paced(time, 300, TimeSpan.FromSeconds(1)), log);

        Assert.Equal(Texts(300), await TextsAsync(store));
        Assert.Equal([1030], log.Ids);
    });

    [Fact]
    public Task Following_begins_where_both_the_log_and_the_figures_lack_nothing() => VirtualTime.RunAsync(async time =>
    {
        var position = default(OutputPosition);
        var all = Enumerable.Range(1, 20).Select(i => Line(i / 3) with { Text = $$"""{"orca":"metric","step":{{i}}}""" }).ToList();
        var places = all.Select(l => position = position.Next(l.Timestamp)).ToList();
        for (var logged = 0; logged <= 20; logged += 4)
        {
            for (var recorded = 1; recorded <= 20; recorded += 4)
            {
                var store = Sound();
                await store.AppendAsync(LogSamples.Attempt, 0, [.. all.Take(logged).Select((l, i) => LogEntry.Of(l, places[i]))], Cancel);
                var before = new OutputDigest(TrainingProgress.None);
                all.Take(recorded).ToList().ForEach(l => before.Take(l));
                var digest = new OutputDigest(before.Progress);
                var writers = Writers(time, store, new RecordedLog());

                var from = await writers.FindStartAsync(LogSamples.Attempt, 0, digest.Progress.Position);
                var steps = new List<double>();
                var follower = new OutputFollower(time, writers, MetricSamples.NoWriters(time), LogSamples.Attempt, rank: 0, p =>
                {
                    steps.Add(p.Metrics["step"]);
                    return ValueTask.CompletedTask;
                });
                await follower.FollowAsync(all.Where((_, i) => places[i] > from).ToAsyncEnumerable(), from, digest, CancellationTokenSource.CreateLinkedTokenSource(Cancel));

                Assert.Equal(all.Select(l => l.Text), await TextsAsync(store));
                Assert.Equal(20, digest.Progress.Metrics["step"]);
                Assert.Equal(places[^1], digest.Progress.Position);
                Assert.All(steps, s => Assert.True(s > recorded, "figures went back"));
            }
        }
    });

    [Fact]
    public Task A_log_whose_end_cannot_be_learnt_goes_on_where_the_figures_stand() => VirtualTime.RunAsync(async time =>
    {
        var log = new RecordedLog();
        var store = Sound();
        store.EndIsUnknown = new IOException("away");

        Assert.Equal(new OutputPosition(7, 2), await Writers(time, store, log).FindStartAsync(LogSamples.Attempt, 0, new OutputPosition(7, 2)));
        Assert.Equal(default, await Writers(time, store, log).FindStartAsync(LogSamples.Attempt, 0, default));
        Assert.Equal([1032], log.Ids);
    });

    [Fact]
    public Task A_text_that_is_too_long_is_cut_and_says_so() => VirtualTime.RunAsync(async time =>
    {
        var store = Sound();
        var emoji = string.Concat(Enumerable.Repeat("🐋", 600_000));

        await FollowAsync(time, store, new[] { Line(1) with { Text = new string('x', LogEntry.MaxTextLength) }, Line(2) with { Text = new string('x', 2_000_000) }, Line(3) with { Text = emoji } }.ToAsyncEnumerable());

        var texts = await TextsAsync(store);
        Assert.Equal(new string('x', LogEntry.MaxTextLength), texts[0]);
        Assert.EndsWith("xx… [cut: the line has 2,000,000 characters]", texts[1], StringComparison.Ordinal);
        Assert.EndsWith("🐋… [cut: the line has 1,200,000 characters]", texts[2], StringComparison.Ordinal);
        Assert.All(texts, t => Assert.InRange(t.Length, LogEntry.MaxTextLength - 1, LogEntry.MaxTextLength));
    });

    private static FaultyLogStore Sound() => new(_ => Task.CompletedTask);

    private static OutputLine Line(int number) => new(OutputStream.Standard, number, $"line {number}");

    private static IEnumerable<string> Texts(int count) => Enumerable.Range(1, count).Select(i => $"line {i}");

    private static async Task<List<string>> TextsAsync(FaultyLogStore store) => [.. (await store.AllAsync(LogSamples.Attempt, Cancel)).Select(e => e.Text)];

    private static async IAsyncEnumerable<OutputLine> Paced(VirtualTime time, int count, TimeSpan pause, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var i = 1; i <= count; i++)
        {
            yield return Line(i);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private static LogWriters Writers(VirtualTime time, ILogStore store, ILogger log) =>
        new(store, new TrackerWork(TaskScheduler.FromCurrentSynchronizationContext()), time, log, Cancel);

    private static Task FollowAsync(VirtualTime time, ILogStore store, IAsyncEnumerable<OutputLine> lines, RecordedLog? log = null, OutputDigest? digest = null) =>
        new OutputFollower(time, Writers(time, store, log ?? new RecordedLog()), MetricSamples.NoWriters(time), LogSamples.Attempt, rank: 0, _ => ValueTask.CompletedTask)
            .FollowAsync(lines, default, digest ?? new OutputDigest(TrainingProgress.None), CancellationTokenSource.CreateLinkedTokenSource(Cancel));

    /// <summary>The ids of what operators were told, in order.</summary>
    private sealed class RecordedLog : ILogger
    {
        public List<int> Ids { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Ids.Add(eventId.Id);
    }
}
