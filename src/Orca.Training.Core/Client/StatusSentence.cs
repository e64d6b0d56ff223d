using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Text;

namespace Orca.Training.Client;

/// <summary>A job's state in a sentence for people.</summary>
internal static class StatusSentence
{
    // A sentence names a few; the request names them all.
    private const int MostNamed = 5;

    /// <param name="job">The job.</param>
    /// <param name="queuePosition">Its place in the queue, where it is known.</param>
    /// <param name="why">Why it waits, in words; null where nothing but its turn is known to be missing.</param>
    /// <param name="unfinished">Jobs that have not succeeded; those that it depends on are among them.</param>
    /// <returns>Fit to be shown: engines, registries and trainings have a part in it.</returns>
    public static string For(Job job, int? queuePosition, string? why, IReadOnlySet<JobId> unfinished) =>
        HarmlessText.Lines(Of(job, queuePosition, why, unfinished));

    private static string Of(Job job, int? queuePosition, string? why, IReadOnlySet<JobId> unfinished) => job.State switch
    {
        JobState.Queued when job.CancelRequestedAt is not null => "Being cancelled.",
        JobState.Queued when job.HeldAt is not null => "Held: it starts after it is released.",
        JobState.Queued when job.Request.DependsOn.Any(unfinished.Contains) => Waits([.. job.Request.DependsOn.Where(unfinished.Contains)]),
        JobState.Queued when job is { Deferrals: 0, NotBefore: { } time, QueueReason: { } reason, Attempts.Count: > 0 } => AnotherAttempt(time, reason),
        JobState.Queued => Queued(job, queuePosition, why),
        JobState.Launching when job.CancelRequestedAt is not null => "Launching; being cancelled.",
        JobState.Launching => Launching(job.Phase),
        JobState.Running when job.CancelRequestedAt is not null => "Running; being cancelled.",
        JobState.Running => Running(job.Progress),
        JobState.Succeeded => (job.Outcome?.Message ?? job.State.ToString()) + LeftOut(job.Progress),
        _ => job.Outcome?.Message ?? job.State.ToString(),
    };

    private static string Queued(Job job, int? position, string? why)
    {
        var where = position switch
        {
            null => "Queued",
            1 => "Queued, next in line",
            _ => string.Create(CultureInfo.InvariantCulture, $"Queued at position {position}"),
        };
        return job.IsMisfit ? $"{where}: {Ended(job.QueueReason!)}"
            : job.QueueReason is not null ? $"{where}; its last start was deferred: {Ended(job.QueueReason)}"
            : why is null ? where + "."
            : $"{where}: {Ended(why)}";
    }

    private static string Waits(JobId[] jobs) => jobs switch
    {
        [var job] => $"Queued: waiting for job {job} to succeed.",
        { Length: <= MostNamed } => $"Queued: waiting for jobs {string.Join(", ", jobs[..^1])} and {jobs[^1]} to succeed.",
        _ => string.Create(CultureInfo.InvariantCulture, $"Queued: waiting for jobs {string.Join(", ", jobs[..MostNamed])} and {jobs.Length - MostNamed} more to succeed."),
    };

    private static string AnotherAttempt(DateTimeOffset time, string reason) =>
        string.Create(CultureInfo.InvariantCulture, $"Queued for another attempt, not before {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {Ended(reason)}");

    private static string Launching(LaunchPhase? phase)
    {
        var what = phase?.Step switch
        {
            LaunchStep.PullingImage => "pulling the image",
            LaunchStep.Starting => "starting the container",
            _ => "preparing the data",
        };
        var part = phase?.Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $" ({fraction:0 %})") : "";
        return $"Launching, {what}{part}{(phase?.Detail is { } detail ? $": {Ended(detail)}" : ".")}";
    }

    /// <summary>Words of others, some of which come as whole sentences, as the end of one of ours.</summary>
    private static string Ended(string words) => words.EndsWith('.') ? words : words + ".";

    private static string Running(TrainingProgress progress) => progress is { Done: { } done, Total: { } total }
        ? string.Create(CultureInfo.InvariantCulture, $"Running, {done:0.##} of {total:0.##} done.{LeftOut(progress)}")
        : $"Running.{LeftOut(progress)}";

    /// <summary>What is not kept of its reports, as a further sentence.</summary>
    private static string LeftOut(TrainingProgress progress)
    {
        if (progress.LeftOut is not { } left)
        {
            return "";
        }

        string?[] parts =
        [
            Part(left.Points, "points of its metrics (older ones are thinned, peaks stay)"),
            Part(left.Values, "metric values beyond the limit or with invalid names"),
            Part(left.Artifacts, "announced files beyond the limit or with invalid names"),
        ];
        return $" Not kept of its output: {string.Join("; ", parts.OfType<string>())}.";

        static string? Part(long count, string what) => count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}") : null;
    }
}
