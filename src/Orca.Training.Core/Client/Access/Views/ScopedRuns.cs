using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>A view of the runs that a caller sees.</summary>
internal sealed class ScopedRuns(IRunStore all, CallerRights rights) : IRunStore
{
    public bool IsShared => all.IsShared;

    public async ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
        await all.ReadAsync(job, cancellationToken) is { } run && rights.Sees(run.User, run.Team) ? run : null;

    public ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
        all.QueryAsync(query with { Owners = rights.Owners }, cancellationToken);

    /// <summary>Retention is the host's, and no caller's.</summary>
    public ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A caller's view of the runs removes none.");
}
