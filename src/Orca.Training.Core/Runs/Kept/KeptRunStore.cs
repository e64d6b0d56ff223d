using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Runs.Kept;

/// <summary>The runs of the jobs that a job store keeps, whichever it is: no longer than it keeps them.</summary>
internal sealed class KeptRunStore(IJobStore jobs) : IRunStore
{
    private const int PageSize = 500;

    public bool IsShared => jobs.IsShared;

    public async ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
        await jobs.ReadAsync(job, cancellationToken) is { Job: { Attempts.Count: > 0 } found } ? Run.Of(found) : null;

    public async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
    {
        RunConditions.Check(query);
        var asked = new JobQuery
        {
            States = [.. RunConditions.StatesOf(query)],
            Algorithm = query.Algorithm,
            DatasetId = query.DatasetId,
            User = query.User,
            Group = query.Group,
            After = query.OrderBy is null ? query.Before : null,
            Limit = PageSize,
        };
        var found = new List<Run>();
        while (true)
        {
            var page = await jobs.ReadPageAsync(asked, cancellationToken);
            found.AddRange(page.Where(r => RunConditions.Matches(query, r.Job)).Select(r => Run.Of(r.Job)));
            if (page.Count < PageSize || (query.OrderBy is null && found.Count >= query.Limit))
            {
                return [.. RunConditions.Order(query, found).Take(query.Limit)];
            }

            asked = asked with { After = page[^1].Job.Id };
        }
    }
}
