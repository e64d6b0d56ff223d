using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>Trainings that were submitted together.</summary>
/// <param name="Name">Their group, which <see cref="TrainingQuery.Group"/> lists.</param>
/// <param name="Jobs">
/// Their jobs, in the order of the requests. Of a submission that is repeated later, by its idempotency key, those that are still kept.
/// </param>
public sealed record TrainingGroup(string Name, IReadOnlyList<JobId> Jobs);
