namespace Orca.Training.Jobs.Storage;

/// <summary>How many jobs of a user in a pool are open.</summary>
/// <param name="Pool">The pool on record with them (<see cref="Job.Pool"/>); null for jobs without one, of all users together.</param>
/// <param name="User">The user; null for anonymous callers, and for jobs without a pool.</param>
/// <param name="Queued">How many wait in the queue.</param>
/// <param name="Open">How many are not final.</param>
public readonly record struct PoolCount(string? Pool, string? User, int Queued, int Open)
{
    /// <summary>Counts jobs that are at hand.</summary>
    internal static IReadOnlyList<PoolCount> Of(IEnumerable<Job> open) =>
    [
        .. open.GroupBy(j => (j.Pool, User: j.Pool is null ? null : j.User))
            .Select(g => new PoolCount(g.Key.Pool, g.Key.User, g.Count(j => j.State is JobState.Queued), g.Count())),
    ];
}
