using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>Whether a run meets a query, and where it comes in its order. Pure; every store answers alike.</summary>
internal static class RunConditions
{
    public const int LargestLimit = 1000;

    private static readonly JobState[] Ended = [JobState.Succeeded, JobState.Failed, JobState.Cancelled];

    /// <summary>The states that a query lets through.</summary>
    public static IReadOnlyList<JobState> StatesOf(RunQuery query) => query.States.Count == 0 ? Ended : query.States;

    public static void Check(RunQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, LargestLimit);
    }

    /// <summary>Whether a job's run meets the conditions; a job that never ran is no run.</summary>
    public static bool Matches(RunQuery query, Job job) =>
        job.Attempts.Count > 0
        && StatesOf(query).Contains(job.State)
        && IsOr(query.Algorithm, job.Request.Algorithm)
        && IsOr(query.DatasetId, job.Request.DatasetId)
        && IsOr(query.DatasetVersion, job.Request.DatasetVersion)
        && IsOr(query.User, job.User)
        && query.Owners?.Have(job.User, job.Team) is not false
        && IsOr(query.Group, job.Request.Group)
        && IsOr(query.ModelName, job.Request.OutputModelName)
        && (query.OrderBy is null ? query.Before is not { } before || job.Id < before : job.Progress.Metrics.ContainsKey(query.OrderBy));

    /// <summary>The runs in the query's order: the best first, or the newest.</summary>
    public static IEnumerable<Run> Order(RunQuery query, IEnumerable<Run> runs)
    {
        var newest = runs.OrderByDescending(r => r.Job);
        return query.OrderBy is not { } metric ? newest
            : query.SmallestFirst ? newest.OrderBy(r => r.Metrics[metric])
            : newest.OrderByDescending(r => r.Metrics[metric]);
    }

    private static bool IsOr(string? wanted, string? found) => string.IsNullOrEmpty(wanted) || wanted == found;
}
