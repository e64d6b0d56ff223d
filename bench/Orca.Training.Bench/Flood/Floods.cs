using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Logs.Folders;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Progress;
using Orca.Training.Tracking;

namespace Orca.Training.Bench.Flood;

/// <summary>What one training or one caller does to a service, as fast as it can. Each runs until it is cancelled.</summary>
internal sealed class Floods(ITrainingClient client, IMetricStore metrics, string folder)
{
    private const int Files = 2_000;
    private const int CallsAtOnce = 16;
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(1);

    private static readonly string Wide =
        $"{{\"orca\":\"metric\",{string.Join(',', Enumerable.Range(0, 250).Select(i => $"\"m{i}\":0.{i:000}"))}}}";

    private int _attempts;

    private IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> All =>
    [
        ("lines", token => FollowAsync("y", token)),
        ("metrics", token => FollowAsync(Wide, token)),
        ("files", LeaveFilesAsync),
        ("calls", CallAsync),
    ];

    // What a flood of output costs where nobody does anything with it: no reader can take less from the others.
    private static IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> Bare =>
    [
        ("bare-lines", token => ThrowAwayAsync("y", token)),
        ("bare-metrics", token => ThrowAwayAsync(Wide, token)),
    ];

    /// <summary>Those with these names; all that are measured against a target for none.</summary>
    public IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> Of(IReadOnlyList<string> names)
    {
        (string Name, Func<CancellationToken, Task> RunAsync)[] known = [.. All, .. Bare];
        return names.Count == 0
            ? All
            : [.. names.Select(n => known.FirstOrDefault(f => f.Name == n) is { Name: not null } flood
                ? flood
                : throw new ArgumentException($"There is no flood '{n}': give some of {string.Join(", ", known.Select(f => f.Name))}.", nameof(names)))];
    }

    /// <summary>A training that prints one line without end, read as the tracker reads a container's output.</summary>
    private async Task FollowAsync(string line, CancellationToken cancellationToken)
    {
        var attempt = NextAttempt();
        var work = new TrackerWork(TaskScheduler.Default);
        var logs = new LogWriters(new FolderLogStore(Path.Combine(folder, "logs"), TimeProvider.System), work, TimeProvider.System, NullLogger.Instance, cancellationToken);
        var writers = new MetricWriters(metrics, work, TimeProvider.System, NullLogger.Instance, cancellationToken);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var follower = new OutputFollower(TimeProvider.System, logs, writers, attempt, rank: 0, _ => ValueTask.CompletedTask);
        await follower.FollowAsync(PrintAsync(line, reading.Token), default, new OutputDigest(TrainingProgress.None), reading);
    }

    private static async Task ThrowAwayAsync(string line, CancellationToken cancellationToken)
    {
        await foreach (var _ in PrintAsync(line, cancellationToken))
        {
        }
    }

    private static async IAsyncEnumerable<OutputLine> PrintAsync(string line, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var at = 1L; ; at++)
        {
            if (at % 100 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            // A string of its own, as from a stream.
            yield return new OutputLine(OutputStream.Standard, at, new string(line));
        }
    }

    /// <summary>Trainings that leave thousands of files with long names, one after the other.</summary>
    private async Task LeaveFilesAsync(CancellationToken cancellationToken)
    {
        var store = new FolderArtifactStore(Path.Combine(folder, "artifacts"));
        while (true)
        {
            var attempt = NextAttempt();
            await store.PrepareAsync(attempt, cancellationToken);
            var place = store.OutputOf(attempt).LocalPath;
            for (var i = 0; i < Files; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await File.WriteAllBytesAsync(Path.Combine(place, $"{i}{new string('n', 200)}"), [], cancellationToken);
            }

            await store.CollectAsync(attempt, [], cancellationToken);
        }
    }

    /// <summary>A caller who submits large requests, many at a time.</summary>
    private Task CallAsync(CancellationToken cancellationToken)
    {
        var request = new TrainingRequest
        {
            Algorithm = "none",
            DatasetId = "none",
            Name = "flood",
            Parameters = Enumerable.Range(0, 100).ToDictionary(i => $"P{i}", i => new StringBuilder().Insert(0, "x", 200).ToString()),
        };
        return Task.WhenAll(Enumerable.Range(0, CallsAtOnce).Select(_ => Task.Run(
            async () =>
            {
                while (true)
                {
                    try
                    {
                        await client.TrainAsync(request, cancellationToken);
                    }
                    catch (TrainingException e) when (e.Error is TrainingError.ResourceExhausted)
                    {
                        // Refused: that is what limits are for. It goes on after a round trip, which whoever calls from elsewhere pays.
                        await Task.Delay(RoundTrip, TimeProvider.System, cancellationToken);
                    }
                }
            },
            cancellationToken)));
    }

    // Numbers that no job of the others has.
    private AttemptName NextAttempt() => new(new InstallationId("bench"), new AttemptId(new JobId(1_000_000_000 + ++_attempts), 1));
}
