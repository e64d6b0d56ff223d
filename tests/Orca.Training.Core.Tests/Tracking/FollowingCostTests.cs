using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Logs.Folders;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Progress;
using Orca.Training.Testing;
using Orca.Training.Tests.Files;
using Orca.Training.Tests.Logs;
using Orca.Training.Tests.Metrics;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>
/// What a line of output allocates on its way to the stores, beside the line itself: a training may print a million of them, and what they leave to be collected
/// is taken from all others. Counted, on one thread; the bounds are a few percent above what was counted.
/// </summary>
public sealed class FollowingCostTests : IDisposable
{
    private const int Few = 40_000;
    private const int Many = 80_000;

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_line_of_the_log_leaves_next_to_nothing() => VirtualTime.RunAsync(async time =>
        Assert.InRange(await BytesPerLineAsync(time, "epoch 3 of 20, loss 0.25"), 0, 4));

    [Fact]
    public Task A_metric_of_many_on_a_line_leaves_its_value() => VirtualTime.RunAsync(async time =>
        Assert.InRange(await BytesPerLineAsync(time, Wide(250)) / 250, 8, 9));

    [Fact]
    public Task A_line_with_one_metric_leaves_three_small_objects() => VirtualTime.RunAsync(async time =>
        Assert.InRange(await BytesPerLineAsync(time, Wide(1)), 90, 101));

    [Fact]
    public void A_line_of_a_log_in_a_folder_leaves_next_to_nothing()
    {
        var appender = new LogAppender(_folder["log"], 0, new FolderLogSizes(64 << 20), _folder.Path, othersCanRead: false);
        Append(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var batch = 2; batch <= 21; batch++)
        {
            Append(batch);
        }

        // What an append itself takes is that of the entries too here, some bytes each.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 20_000.0, 0, 64);

        void Append(int batch)
        {
            var entries = new List<LogEntry>(1000);
            for (var i = 0; i < 1000; i++)
            {
                entries.Add(new LogEntry(new OutputPosition((batch * 1000L) + i, 1), OutputStream.Standard, "epoch 3 of 20"));
            }

            appender.Append(entries);
        }
    }

    private static string Wide(int metrics) => $"{{\"orca\":\"metric\",{string.Join(',', Enumerable.Range(0, metrics).Select(i => $"\"m{i}\":0.{i:000}"))}}}";

    /// <summary>By the difference of two outputs, so that what each allocates once is not counted.</summary>
    private static async Task<double> BytesPerLineAsync(VirtualTime time, string text)
    {
        var scale = text.Length > 1000 ? 20 : 1;
        await BytesAsync(time, text, Few / scale);
        var few = await BytesAsync(time, text, Few / scale);
        return (await BytesAsync(time, text, Many / scale) - few) / ((Many - Few) / (double)scale);
    }

    private static async Task<long> BytesAsync(VirtualTime time, string text, int lines)
    {
        var work = new TrackerWork(TaskScheduler.FromCurrentSynchronizationContext());
        var logs = new LogWriters(new NoLogs(LogSamples.FakeStore()), work, time, NullLogger.Instance, Cancel);
        var follower = new OutputFollower(time, logs, MetricSamples.Writers(time, new NoMetrics()), LogSamples.Attempt, rank: 0, _ => ValueTask.CompletedTask);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await follower.FollowAsync(PrintAsync(text, lines), default, new OutputDigest(TrainingProgress.None), CancellationTokenSource.CreateLinkedTokenSource(Cancel));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static async IAsyncEnumerable<OutputLine> PrintAsync(string text, int lines)
    {
        for (var i = 1; i <= lines; i++)
        {
            yield return new OutputLine(OutputStream.Standard, i, text);
        }

        await Task.CompletedTask;
    }

    private sealed class NoLogs(ILogStore inner) : Orca.Training.Testing.Conformance.Logs.PassingLogs(inner)
    {
        public override ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    private sealed class NoMetrics : IMetricStore
    {
        public bool IsShared => false;

        public ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken) =>
            ValueTask.FromResult(0L);

        public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) => ValueTask.FromResult(default(OutputPosition));

        public ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
