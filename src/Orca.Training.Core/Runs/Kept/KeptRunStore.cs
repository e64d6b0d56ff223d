using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Runs.Kept;

/// <summary>
/// The runs of the jobs that a job store keeps, whichever it is, and of those that were removed from it where it keeps these too, as the one in
/// memory does for as many as it keeps finished jobs. Of another store's removed jobs nothing is known.
/// </summary>
internal sealed class KeptRunStore(IJobStore jobs) : IRunStore
{
    private const int PageSize = 500;

    private readonly IRemovedJobs? _removed = jobs as IRemovedJobs;

    public bool IsShared => jobs.IsShared;

    // Jobs are looked for first: one that is removed meanwhile is then found among the removed.
    public async ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
        ((await jobs.ReadAsync(job, cancellationToken))?.Job ?? _removed?.FindRemoved(job)) is { Attempts.Count: > 0 } found ? Run.Of(found) : null;

    public async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
    {
        RunConditions.Check(query);
        var asked = new JobQuery
        {
            States = [.. RunConditions.StatesOf(query)],
            Algorithm = NullIfEmpty(query.Algorithm),
            DatasetId = NullIfEmpty(query.DatasetId),
            User = NullIfEmpty(query.User),
            Owners = query.Owners,
            Group = NullIfEmpty(query.Group),
            After = query.OrderBy is null ? query.Before : null,
            Limit = PageSize,
        };
        var found = new List<Job>();
        while (true)
        {
            var page = await jobs.ReadPageAsync(asked, cancellationToken);
            found.AddRange(page.Select(r => r.Job).Where(j => RunConditions.Matches(query, j)));
            if (page.Count < PageSize || (query.OrderBy is null && found.Count >= query.Limit))
            {
                found.AddRange((_removed?.ListRemoved() ?? []).Where(j => RunConditions.Matches(query, j)));
                return [.. RunConditions.Order(query, found.DistinctBy(j => j.Id).Select(Run.Of)).Take(query.Limit)];
            }

            asked = asked with { After = page[^1].Job.Id };
        }
    }

    public ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_removed?.RemoveRuns(finishedBefore, limit) ?? 0);
    }

    // To a query of jobs an empty text is one that no job has.
    private static string? NullIfEmpty(string? condition) => string.IsNullOrEmpty(condition) ? null : condition;
}
