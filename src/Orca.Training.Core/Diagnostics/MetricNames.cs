using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>The attributes of measurements and spans, and their values, as OpenTelemetry spells such: dotted, lower-case.</summary>
internal static class MetricNames
{
    public const string Algorithm = "orca.training.algorithm";
    public const string Machine = "orca.training.machine";
    public const string State = "orca.training.state";
    public const string Outcome = "orca.training.outcome";

    /// <summary>OpenTelemetry's own: what went wrong, where something did.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Of spans alone: there are too many jobs for a metric.</summary>
    public const string JobId = "orca.training.job.id";

    /// <summary>Of spans alone.</summary>
    public const string Attempt = "orca.training.attempt";

    public static string Of(JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Launching => "launching",
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "This state has no name in metrics: give it one."),
    };
}
