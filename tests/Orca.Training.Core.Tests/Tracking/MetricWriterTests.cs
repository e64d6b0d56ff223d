using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Progress;
using Orca.Training.Testing;
using Orca.Training.Tests.Logs;
using Orca.Training.Tests.Metrics;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>What a training reports by step comes into the metric store, all of it and once, however the store behaves.</summary>
public sealed class MetricWriterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task All_values_of_all_lines_come_in_and_the_step_is_none_of_them() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask);

        await FollowAsync(time, store, Enumerable.Range(1, 1000).Select(Line).Append(Text(1001, "done")).ToAsyncEnumerable());

        Assert.Equal(Enumerable.Range(1, 1000).Select(i => ((double)i, 1.0 / i)), (await ReadAsync(store, "loss")).Select(p => (p.Step, p.Value)));
        Assert.Equal(["loss"], (await store.ListAsync(MetricSamples.Attempt.Attempt.Job, Cancel)).Select(s => s.Metric.Name));
    });

    [Fact]
    public Task Values_go_in_batches() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask);

        await FollowAsync(time, store, Paced(time, 1000, TimeSpan.FromMilliseconds(10)));

        Assert.Equal(1000, (await ReadAsync(store, "loss")).Count);
        Assert.InRange(store.Appends, 15, 25);
    });

    [Fact]
    public Task However_fast_an_output_is_it_never_waits_for_a_store_that_keeps_up() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask);
        var began = time.GetUtcNow();

        await FollowAsync(time, store, Enumerable.Range(1, 200_000).Select(Line).ToAsyncEnumerable());

        Assert.Equal(TimeSpan.Zero, time.GetUtcNow() - began);
        Assert.Equal(200_000, (await ReadAsync(store, "loss")).Count);
    });

    [Fact]
    public Task The_last_values_before_an_outputs_end_do_not_wait_for_a_batch() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask);
        var began = time.GetUtcNow();

        await FollowAsync(time, store, Paced(time, 7, TimeSpan.FromMilliseconds(10)));

        Assert.Equal(TimeSpan.FromMilliseconds(70), time.GetUtcNow() - began);
        Assert.Equal(7, (await ReadAsync(store, "loss")).Count);
    });

    [Fact]
    public Task A_store_that_fails_is_asked_again_and_nothing_is_left_out() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(number => number % 3 == 0 ? Task.CompletedTask : Task.FromException(new IOException("no disk")));

        await FollowAsync(time, store, Paced(time, 2000, TimeSpan.FromMilliseconds(10)));

        Assert.Equal(Enumerable.Range(1, 2000).Select(i => (double)i), (await ReadAsync(store, "loss")).Select(p => p.Step));
    });

    [Fact]
    public Task A_slow_store_slows_the_reading_down_and_what_waits_is_bounded() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.Delay(TimeSpan.FromSeconds(1), time, Cancel));
        var began = time.GetUtcNow();
        var read = 0;
        var most = 0;

        await FollowAsync(time, store, Counted());

        Assert.Equal(300_000, (await ReadAsync(store, "loss")).Count);
        Assert.True(time.GetUtcNow() - began > TimeSpan.FromSeconds(2));
        Assert.InRange(most, 1, MetricWriter.MostWaiting + MetricWriter.LargestBatch);

        async IAsyncEnumerable<OutputLine> Counted()
        {
            for (var i = 1; i <= 300_000; i++)
            {
                if (i % 10_000 == 0)
                {
                    most = Math.Max(most, ++read * 10_000 - (await ReadAsync(store, "loss")).Count);
                }

                yield return Line(i);
            }
        }
    });

    [Fact]
    public Task A_line_that_the_store_can_never_take_is_left_out_and_told_and_nothing_else_waits_for_it() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask, refuses: line => line.Step is 77 or 78 or 5000);
        var began = time.GetUtcNow();

        var digest = await FollowAsync(time, store, Enumerable.Range(1, 10_000).Select(Line).ToAsyncEnumerable());

        Assert.Equal(Enumerable.Range(1, 10_000).Except([77, 78, 5000]).Select(i => (double)i), (await ReadAsync(store, "loss")).Select(p => p.Step));
        Assert.Equal(TimeSpan.Zero, time.GetUtcNow() - began);
        Assert.Equal(6, digest.Progress.LeftOut!.Points);
    });

    [Fact]
    public Task While_the_store_keeps_the_reading_waiting_the_training_does_not_count_as_silent() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(number => number == 1 ? Task.Delay(TimeSpan.FromMinutes(1), time, Cancel) : Task.CompletedTask);
        var heard = new List<DateTimeOffset>();

        await FollowAsync(time, store, Enumerable.Range(1, 100_000).Select(Line).ToAsyncEnumerable(), _ =>
        {
            heard.Add(time.GetUtcNow());
            return ValueTask.CompletedTask;
        });

        Assert.All(heard.Zip(heard.Skip(1)), pair => Assert.True(pair.Second - pair.First <= TimeSpan.FromSeconds(2)));
        Assert.InRange(heard.Count, 30, 65);
    });

    [Fact]
    public Task An_output_with_hundreds_of_metrics_on_a_line_leaves_the_store_to_others_in_between() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask);
        var wide = $"{{\"orca\":\"metric\",{string.Join(',', Enumerable.Range(0, 250).Select(i => $"\"m{i}\":1"))}}}";
        var began = time.GetUtcNow();

        await FollowAsync(time, store, Enumerable.Range(1, 2000).Select(i => Text(i, wide)).ToAsyncEnumerable());

        Assert.InRange(store.Appends, 2, 12);
        Assert.True(time.GetUtcNow() - began > TimeSpan.FromSeconds(1));
        Assert.All(await store.ListAsync(MetricSamples.Attempt.Attempt.Job, Cancel), s => Assert.Equal(2000, s.Count));
    });

    [Fact]
    public Task What_the_store_thins_is_told_with_the_figures() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask, new Orca.Training.Metrics.Memory.MemoryMetricStore(mostPointsOfJob: 10_000));

        var digest = await FollowAsync(time, store, Enumerable.Range(1, 50_000).Select(Line).ToAsyncEnumerable());

        var series = Assert.Single(await store.ListAsync(MetricSamples.Attempt.Attempt.Job, Cancel));
        Assert.InRange(series.Count, 5_000, 10_000);
        Assert.Equal(50_000, series.Count + series.LeftOut);
        Assert.Equal(series.LeftOut, digest.Progress.LeftOut!.Points);
    });

    [Fact]
    public Task A_store_that_never_answers_does_not_hold_up_an_outputs_end_for_ever() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => new TaskCompletionSource().Task);
        var began = time.GetUtcNow();

        await FollowAsync(time, store, new[] { Line(1), Line(2) }.ToAsyncEnumerable());

        Assert.Equal(MetricWriter.Patience, time.GetUtcNow() - began);
    });

    [Fact]
    public Task A_follower_that_begins_anew_reads_from_where_the_stored_metrics_end_and_not_from_the_beginning_where_there_are_none() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyMetricStore(_ => Task.CompletedTask);
        var writers = MetricSamples.Writers(time, store);
        var without = TrainingProgress.None with { Position = new OutputPosition(9, 1), Done = 1, Total = 2 };
        var with = without with { Metrics = new Dictionary<string, double> { ["loss"] = 1 } };

        Assert.Equal(default, await writers.FindStartAsync(MetricSamples.Attempt, rank: 0, TrainingProgress.None));
        Assert.Equal(without.Position, await writers.FindStartAsync(MetricSamples.Attempt, rank: 0, without));
        Assert.Equal(default, await writers.FindStartAsync(MetricSamples.Attempt, rank: 0, with));
        await FollowAsync(time, store, new[] { Line(1), Line(2), Line(3) }.ToAsyncEnumerable());
        Assert.Equal(new OutputPosition(3, 1), await writers.FindStartAsync(MetricSamples.Attempt, rank: 0, with));
    });

    private static OutputLine Line(int step) =>
        Text(step, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"orca\":\"metric\",\"step\":{step},\"loss\":{1.0 / step:R}}}"));

    private static OutputLine Text(int at, string text) => new(OutputStream.Standard, at, text);

    private static async IAsyncEnumerable<OutputLine> Paced(VirtualTime time, int count, TimeSpan pause)
    {
        for (var i = 1; i <= count; i++)
        {
            yield return Line(i);
            await Task.Delay(pause, time, Cancel);
        }
    }

    private static ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(FaultyMetricStore store, string name) =>
        store.ReadAsync(new MetricName(MetricSamples.Attempt.Attempt.Job, 2, 0, name), MetricRange.All(0), Cancel);

    private static async Task<OutputDigest> FollowAsync(
        VirtualTime time, FaultyMetricStore store, IAsyncEnumerable<OutputLine> lines, Func<TrainingProgress, ValueTask>? heard = null)
    {
        var work = new TrackerWork(TaskScheduler.FromCurrentSynchronizationContext());
        var logs = new LogWriters(LogSamples.FakeStore(), work, time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, Cancel);
        var digest = new OutputDigest(TrainingProgress.None);
        await new OutputFollower(time, logs, MetricSamples.Writers(time, store), MetricSamples.Attempt, rank: 0, heard ?? (_ => ValueTask.CompletedTask))
            .FollowAsync(lines, default, digest, CancellationTokenSource.CreateLinkedTokenSource(Cancel));
        return digest;
    }
}
