using System.Collections.ObjectModel;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// Which trainings a list shows. All conditions hold together; one that is not given, or is empty, lets every training through. Texts are
/// compared as they are, case included.
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

    /// <summary>Trainings that are called exactly so.</summary>
    public string? Name { get; init; }

    /// <summary>Trainings of this group.</summary>
    public string? Group { get; init; }

    /// <summary>Trainings that have each of these labels with its value.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Trainings submitted at this time or later.</summary>
    public DateTimeOffset? SubmittedFrom { get; init; }

    /// <summary>Trainings submitted before this time.</summary>
    public DateTimeOffset? SubmittedBefore { get; init; }

    /// <summary>The trainings in the order of their submission; otherwise the newest come first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>
    /// The most trainings on a page, up to <see cref="CallLimits.MaxPageSize"/>; 0 for <see cref="CallLimits.DefaultPageSize"/>. It may
    /// change from page to page. A page can hold fewer when statuses are large; <see cref="TrainingPage.NextPageToken"/> alone says whether
    /// there are more.
    /// </summary>
    public int PageSize { get; init; }

    /// <summary>What the page before came with, for the page after it; null for the first one. All else but the page size stays the same.</summary>
    public string? PageToken { get; init; }
}

/// <summary>A page of a list.</summary>
/// <param name="Trainings">Each as it stood while the page was read.</param>
/// <param name="NextPageToken">Gives the next page as <see cref="TrainingQuery.PageToken"/>; null after the last one.</param>
public sealed record TrainingPage(IReadOnlyList<TrainingStatus> Trainings, string? NextPageToken);
