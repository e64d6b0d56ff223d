namespace Orca.Training.Jobs;

/// <summary>How much of what a training reported is not kept, because there is too much of it or it cannot be stored. All of it stands in the log as it was printed.</summary>
/// <param name="Points">Points of metrics: of a very long series the older ones are thinned, and its peaks stay.</param>
/// <param name="Values">Values under names that are too many, too long or have characters that no name may have.</param>
/// <param name="Artifacts">Announcements of files that are too many, or whose names are not possible.</param>
public sealed record OutputLeftOut(long Points, long Values, long Artifacts);
