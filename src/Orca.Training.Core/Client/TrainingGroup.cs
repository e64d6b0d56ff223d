using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>Trainings that were submitted together.</summary>
/// <param name="Name">The name of their group, for <see cref="TrainingQuery.Group"/>.</param>
/// <param name="Jobs">
/// Their jobs, in the order of the requests. If a submission is repeated with its idempotency key, the jobs that are still kept.
/// </param>
public sealed record TrainingGroup(string Name, IReadOnlyList<JobId> Jobs);
