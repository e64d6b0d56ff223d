using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Progress;
using Orca.Training.Testing;
using Orca.Training.Tests.Logs;
using Orca.Training.Tests.Metrics;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>How often a training's figures are passed on.</summary>
public sealed class OutputFollowerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_million_lines_a_second_in_which_nothing_but_numbers_moves_are_one_write_a_second_and_none_of_the_last_is_lost() => VirtualTime.RunAsync(async time =>
    {
        // 100,000 lines in each tenth of a second would take long to parse: as many news come of 1,000.
        var (told, digest) = await FollowAsync(time, LinesAsync(time, bursts: 30, each: 1000, TimeSpan.FromMilliseconds(100)));

        Assert.InRange(told.Count, 3, 4);
        Assert.All(told.Zip(told.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= OutputFollower.NumbersPeriod, "two came at once"));
        Assert.Equal(29_999, digest.Progress.Metrics["step"]);
    });

    [Fact]
    public Task A_flood_that_never_pauses_is_told_of_while_it_lasts() => VirtualTime.RunAsync(async time =>
    {
        // Each line is there at once; the clock goes on by itself, a millisecond a line.
        var (told, _) = await FollowAsync(time, LinesAsync(time, bursts: 3000, each: 1, TimeSpan.FromMilliseconds(1)));

        Assert.InRange(told.Count, 3, 4);
    });

    [Fact]
    public Task The_first_news_is_told_at_once_a_new_name_within_a_tenth_of_a_second_and_the_last_before_a_silence_within_a_second() => VirtualTime.RunAsync(async time =>
    {
        var start = time.GetUtcNow();

        var (told, _) = await FollowAsync(time, Scripted());

        Assert.Equal([(0.0, 1.0), (0.1, 2.0), (1.1, 3.0), (10.05, 4.0)], told.Select(t => ((t.At - start).TotalSeconds, t.Progress.Metrics["step"])));

        async IAsyncEnumerable<OutputLine> Scripted([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return Line(1);
            await Task.Delay(TimeSpan.FromMilliseconds(30), time, cancellationToken);
            yield return Line(2) with { Text = """{"orca":"metric","step":2,"loss":1}""" };
            await Task.Delay(TimeSpan.FromMilliseconds(120), time, cancellationToken);
            yield return Line(3);
            await Task.Delay(TimeSpan.FromSeconds(9.9), time, cancellationToken);
            yield return Line(4);
            await Task.Delay(TimeSpan.FromSeconds(10), time, cancellationToken);
        }
    });

    [Fact]
    public Task What_came_just_before_the_end_is_left_in_the_digest() => VirtualTime.RunAsync(async time =>
    {
        var (told, digest) = await FollowAsync(time, new[] { Line(1), Line(2), Line(3) }.ToAsyncEnumerable());

        Assert.True(told.Count <= 1);
        Assert.Equal(3, digest.Progress.Metrics["step"]);
    });

    [Fact]
    public Task Log_alone_is_no_news() => VirtualTime.RunAsync(async time =>
    {
        var lines = Enumerable.Range(0, 1000).Select(i => new OutputLine(OutputStream.Standard, i, $"epoch {i} of many"));

        var (told, digest) = await FollowAsync(time, lines.ToAsyncEnumerable());

        Assert.Empty(told);
        Assert.Equal("epoch 999 of many", digest.Tail[^1]);
    });

    [Fact]
    public Task An_end_while_a_line_is_waited_for_is_a_cancellation_and_nothing_else() => VirtualTime.RunAsync(async time =>
    {
        using var ending = new CancellationTokenSource();
        var follower = new OutputFollower(time, NoLog(time), MetricSamples.NoWriters(time), LogSamples.Attempt, rank: 0, _ =>
        {
            // The host ends while the next line is being waited for, and the inbox no longer takes anything.
            ending.Cancel();
            ending.Token.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        });
        var isReaderDone = false;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => follower.FollowAsync(Slow(ending.Token), default, new OutputDigest(TrainingProgress.None), ending));

        Assert.True(isReaderDone, "the reader was left open");

        async IAsyncEnumerable<OutputLine> Slow([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                yield return Line(1);
                // An engine that takes a moment to notice.
                await Task.Delay(TimeSpan.FromSeconds(1), time, Cancel);
                await Task.Delay(TimeSpan.FromHours(1), time, cancellationToken);
            }
            finally
            {
                isReaderDone = true;
            }
        }
    });

    [Fact]
    public Task An_error_of_the_reader_is_passed_on() => VirtualTime.RunAsync(async time =>
    {
        var broken = await Assert.ThrowsAsync<IOException>(() => FollowAsync(time, Broken()));

        Assert.Equal("the stream broke", broken.Message);

        static async IAsyncEnumerable<OutputLine> Broken()
        {
            yield return Line(1);
            await Task.Yield();
            throw new IOException("the stream broke");
        }
    });

    private static LogWriters NoLog(VirtualTime time) => new(
        LogSamples.FakeStore(), new TrackerWork(TaskScheduler.FromCurrentSynchronizationContext()), time, NullLogger.Instance, Cancel);

    private static OutputLine Line(int step) => new(OutputStream.Standard, step, $$"""{"orca":"metric","step":{{step}}}""");

    private static async IAsyncEnumerable<OutputLine> LinesAsync(
        VirtualTime time, int bursts, int each, TimeSpan pause, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var step = 0;
        for (var burst = 0; burst < bursts; burst++)
        {
            for (var i = 0; i < each; i++)
            {
                yield return Line(step++);
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private static async Task<(List<(DateTimeOffset At, TrainingProgress Progress)> Told, OutputDigest Digest)> FollowAsync(
        VirtualTime time, IAsyncEnumerable<OutputLine> lines)
    {
        var told = new List<(DateTimeOffset, TrainingProgress)>();
        var digest = new OutputDigest(TrainingProgress.None);
        var follower = new OutputFollower(time, NoLog(time), MetricSamples.NoWriters(time), LogSamples.Attempt, rank: 0, progress =>
        {
            told.Add((time.GetUtcNow(), progress));
            return ValueTask.CompletedTask;
        });
        await follower.FollowAsync(lines, default, digest, CancellationTokenSource.CreateLinkedTokenSource(Cancel));
        return (told, digest);
    }
}
