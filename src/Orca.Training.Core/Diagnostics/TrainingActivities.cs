using System.Diagnostics;
using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>
/// The spans of the source <c>Orca.Training</c>; docs/diagnostics.md tells them all. A job outlives processes, so no span lasts as long
/// as a job: each belongs to one operation, below the submitter's, whose place in its trace is on record with the job.
/// </summary>
internal static class TrainingActivities
{
    public const string SourceName = "Orca.Training";

    /// <summary>Who throws where a listener to the spans does.</summary>
    public const string Listener = "A listener to the traces";

    private static readonly ActivitySource Source = new(SourceName, typeof(TrainingActivities).Assembly.GetName().Version?.ToString(3));

    /// <summary>The place in the caller's trace, as W3C spells it; null where there is none.</summary>
    public static string? TraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>A request is submitted. End it with <see cref="End"/>.</summary>
    public static Activity? Submit(TrainingRequest request, TimeProvider time) => !Source.HasListeners() ? null
        : Source.StartActivity(ActivityKind.Producer, tags: [new(MetricNames.Algorithm, request.Algorithm)], startTime: time.GetUtcNow(), name: $"submit {request.Algorithm}");

    /// <summary>An attempt is launched; what its machine is asked for lies below. End it with <see cref="End"/>.</summary>
    public static Activity? Launch(Job job, int attempt, string machine, TimeProvider time) => !Source.HasListeners() ? null
        : Source.StartActivity(
            ActivityKind.Consumer, ParentOf(job), Tags(job, attempt, machine), startTime: time.GetUtcNow(), name: $"launch {job.Request.Algorithm}");

    /// <summary>An attempt has ended. All its times are on record, so its span is told whole, by whoever decides then.</summary>
    public static void TellAttempt(Job job, Attempt attempt)
    {
        if (!Source.HasListeners())
        {
            return;
        }

        using var activity = Source.StartActivity(
            ActivityKind.Consumer, ParentOf(job), Tags(job, attempt.Number, attempt.Machine), startTime: attempt.CreatedAt, name: $"attempt {job.Request.Algorithm}");
        if (activity is null)
        {
            return;
        }

        if (attempt.StartedAt is { } started)
        {
            activity.AddEvent(new ActivityEvent("running", started));
        }

        activity.SetTag(MetricNames.Outcome, attempt.Outcome?.Code.Name);
        if (attempt.Outcome is { } outcome && outcome.Code != OutcomeCode.Completed && outcome.Code != OutcomeCode.Cancelled)
        {
            Fail(activity, outcome.Code.Name);
        }

        activity.SetEndTime(attempt.EndedAt!.Value.UtcDateTime);
    }

    /// <summary>Ends a span by the service's own clock.</summary>
    /// <param name="activity">The span.</param>
    /// <param name="time">The clock.</param>
    /// <param name="error">A word for what went wrong; null if nothing did.</param>
    public static void End(this Activity activity, TimeProvider time, string? error = null)
    {
        if (error is not null)
        {
            Fail(activity, error);
        }

        activity.SetEndTime(time.GetUtcNow().UtcDateTime);
        activity.Dispose();
    }

    private static void Fail(Activity activity, string error)
    {
        activity.SetTag(MetricNames.ErrorType, error);
        activity.SetStatus(ActivityStatusCode.Error);
    }

    private static KeyValuePair<string, object?>[] Tags(Job job, int attempt, string machine) =>
    [
        new(MetricNames.Algorithm, job.Request.Algorithm), new(MetricNames.Machine, machine), new(MetricNames.JobId, job.Id.Value), new(MetricNames.Attempt, attempt),
    ];

    private static ActivityContext ParentOf(Job job) => ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out var parent) ? parent : default;
}
