using System.Collections.ObjectModel;

namespace Orca.Training.Jobs.Storage;

/// <summary>Which jobs a page shows, and in which order. All conditions hold together; one that is not given lets every job through.</summary>
public sealed record JobQuery
{
    /// <summary>Jobs in one of these states; empty for all.</summary>
    public IReadOnlyCollection<JobState> States { get; init; } = [];

    /// <summary>Jobs that this user submitted.</summary>
    public string? User { get; init; }

    /// <summary>Jobs of this algorithm.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Jobs on this dataset, whatever its version.</summary>
    public string? DatasetId { get; init; }

    /// <summary>Jobs that are called exactly so.</summary>
    public string? Name { get; init; }

    /// <summary>Jobs of this group.</summary>
    public string? Group { get; init; }

    /// <summary>Jobs that have each of these labels with its value.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Jobs submitted at this time or later.</summary>
    public DateTimeOffset? SubmittedFrom { get; init; }

    /// <summary>Jobs submitted before this time.</summary>
    public DateTimeOffset? SubmittedBefore { get; init; }

    /// <summary>Only jobs of these owners; null for whoever's.</summary>
    public JobOwners? Owners { get; init; }

    /// <summary>In the order of ids: the greatest first, or with this the smallest first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>Only jobs that come after this one in the order: the last one of the page before. It need not exist any more.</summary>
    public JobId? After { get; init; }

    /// <summary>How many jobs at most; at least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>
    /// How many jobs that do not meet the conditions a store may look at for one page. If that is not enough, the store may refuse the query
    /// with <see cref="JobQueryTooBroadException"/>. Null: as many as it takes.
    /// </summary>
    public int? MaxPassedOver { get; init; }

    /// <summary>
    /// Whether a job, as it stands, meets the conditions; order, place and limit aside. What a store's own language makes of a query
    /// has to agree with this.
    /// </summary>
    public bool Matches(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return (States.Count == 0 || States.Contains(job.State))
            && (User is null || User == job.User)
            && Owners?.Have(job.User, job.Team) is not false
            && (Algorithm is null || Algorithm == job.Request.Algorithm)
            && (DatasetId is null || DatasetId == job.Request.DatasetId)
            && (Name is null || Name == job.Request.Name)
            && (Group is null || Group == job.Request.Group)
            && (SubmittedFrom is null || job.SubmittedAt >= SubmittedFrom)
            && (SubmittedBefore is null || job.SubmittedAt < SubmittedBefore)
            && (Labels.Count == 0 || Labels.All(l => job.Request.Labels.TryGetValue(l.Key, out var value) && value == l.Value));
    }
}
