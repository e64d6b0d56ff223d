using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>The runs that a caller sees, as if there were no others.</summary>
internal sealed class ScopedRuns(IRunStore all, CallerRights rights) : IRunStore
{
    public bool IsShared => all.IsShared;

    public async ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
        await all.ReadAsync(job, cancellationToken) is { } run && rights.Sees(run.User, run.Team) ? run : null;

    public ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken) =>
        all.QueryAsync(query with { Owners = rights.Owners }, cancellationToken);
}
