using System.Collections.ObjectModel;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// Selects the trainings of a list. All given conditions must match; a condition that is null or empty matches every training. Texts are
/// compared exactly, including case.
/// </summary>
public sealed record TrainingQuery
{
    /// <summary>Trainings in one of these states, as they are when their page is read.</summary>
    public IReadOnlyCollection<JobState> States { get; init; } = [];

    /// <summary>Trainings that this user submitted.</summary>
    public string? User { get; init; }

    /// <summary>Trainings of this algorithm.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Trainings on this dataset, whatever its version.</summary>
    public string? DatasetId { get; init; }

    /// <summary>Trainings with exactly this name.</summary>
    public string? Name { get; init; }

    /// <summary>Trainings of this group.</summary>
    public string? Group { get; init; }

    /// <summary>Trainings that have each of these labels with its value.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Trainings submitted at this time or later.</summary>
    public DateTimeOffset? SubmittedFrom { get; init; }

    /// <summary>Trainings submitted before this time.</summary>
    public DateTimeOffset? SubmittedBefore { get; init; }

    /// <summary>Whether the oldest come first. Default: the newest come first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>
    /// The maximum number of trainings on a page, up to <see cref="CallLimits.MaxPageSize"/>; 0 for
    /// <see cref="CallLimits.DefaultPageSize"/>. It may change from page to page. A page can have fewer if statuses are large; only
    /// <see cref="TrainingPage.NextPageToken"/> says whether there are more.
    /// </summary>
    public int PageSize { get; init; }

    /// <summary>
    /// The token of the previous page. Null: the first page. All other conditions, except the page size, must stay the same.
    /// </summary>
    public string? PageToken { get; init; }
}

/// <summary>A page of a list.</summary>
/// <param name="Trainings">The trainings, with their statuses when the page was read.</param>
/// <param name="NextPageToken">The <see cref="TrainingQuery.PageToken"/> of the next page. Null on the last page.</param>
public sealed record TrainingPage(IReadOnlyList<TrainingStatus> Trainings, string? NextPageToken);
