namespace Orca.Training.Jobs;

/// <summary>
/// The reported values that are not kept, because there are too many or because they cannot be stored. The log has all of them, as printed.
/// </summary>
/// <param name="Points">The number of metric points: older points of very long series are thinned, and peaks are kept.</param>
/// <param name="Values">The number of values whose names are too many, too long, or have characters that are not allowed.</param>
/// <param name="Artifacts">The number of announced files that are too many, or whose names are not valid.</param>
public sealed record OutputLeftOut(long Points, long Values, long Artifacts);
