namespace Orca.Training.Jobs.Storage;

/// <summary>Which finished jobs are kept: what is too old, or one too many, need not be.</summary>
/// <param name="FinishedBefore">Those that finished before this time need not be kept; null if age does not matter.</param>
/// <param name="KeepNewest">Only so many of those that finished last have to be kept; null if their number does not matter.</param>
public readonly record struct JobRetention(DateTimeOffset? FinishedBefore, int? KeepNewest);
