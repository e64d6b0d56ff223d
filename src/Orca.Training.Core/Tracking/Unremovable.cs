using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>A finished job that could not be removed, or something that it left; and why.</summary>
internal sealed record Unremovable(JobId Job, Exception Error);
