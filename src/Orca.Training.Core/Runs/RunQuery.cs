using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>Selects runs and their order. A condition that is null or empty matches every run.</summary>
public sealed record RunQuery
{
    /// <summary>Only runs of this algorithm.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Only runs on this dataset.</summary>
    public string? DatasetId { get; init; }

    /// <summary>Only runs on this version of the dataset, by its hash.</summary>
    public string? DatasetVersion { get; init; }

    /// <summary>Only runs of this user.</summary>
    public string? User { get; init; }

    /// <summary>
    /// Only runs of these owners. Null for all. The service sets it to what the caller may see, and ignores the caller's value.
    /// </summary>
    public JobOwners? Owners { get; init; }

    /// <summary>Only runs of this group, such as a sweep.</summary>
    public string? Group { get; init; }

    /// <summary>Only runs that produced this model.</summary>
    public string? ModelName { get; init; }

    /// <summary>Only runs in these states. Empty: all final states.</summary>
    public IReadOnlyList<JobState> States { get; init; } = [];

    /// <summary>
    /// The metric by whose last value runs are ordered, best first; for equal values, the newest job comes first. Runs without the metric
    /// are left out. Null: the newest job first.
    /// </summary>
    public string? OrderBy { get; init; }

    /// <summary>Whether the smallest value of <see cref="OrderBy"/> is the best, as with a loss.</summary>
    public bool SmallestFirst { get; init; }

    /// <summary>Without <see cref="OrderBy"/>: only jobs older than this one, to read the next page.</summary>
    public JobId? Before { get; init; }

    /// <summary>The maximum number of runs, from 1 to 1,000. Default 100.</summary>
    public int Limit { get; init; } = 100;
}
