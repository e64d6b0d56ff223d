using Microsoft.Extensions.Logging;
using Orca.Training.Artifacts;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Models;
using static System.FormattableString;

namespace Orca.Training.Tracking;

/// <summary>
/// Removes finished jobs and what they left. The job goes last: if something else cannot be removed now, the job still says that it is
/// there, and the next look comes back to it.
/// </summary>
internal sealed class JobPurge(
    InstallationId installation,
    IJobStore jobs,
    IArtifactStore artifacts,
    IModelStore models,
    ILogStore logs,
    RetentionOptions retention,
    Fence fence,
    TimeProvider time,
    ILogger logger)
{
    // What one job left may be much, and a store may hang; the next try goes on where this one ended.
    private static readonly TimeSpan LongestRemoval = TimeSpan.FromMinutes(10);

    /// <summary>The finished jobs that need not be kept; null if the store does not answer.</summary>
    public async ValueTask<IReadOnlyList<Job>?> FindAsync(JobRetention expired, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return await jobs.ReadExpiredAsync(expired, limit, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PurgeFailed(e);
            return null;
        }
    }

    /// <returns>Those that are still there; null if the store does not answer.</returns>
    public async ValueTask<IReadOnlyList<Unremovable>?> RemoveAsync(IReadOnlyList<Job> expired, CancellationToken cancellationToken)
    {
        var left = new List<Unremovable>();
        var emptied = new List<Job>(expired.Count);
        var kept = new List<Job>();
        foreach (var job in expired)
        {
            await TryAsync(
                job,
                async token =>
                {
                    if (await EmptyAsync(job, token))
                    {
                        kept.Add(job);
                    }

                    emptied.Add(job);
                },
                left,
                cancellationToken);
        }

        try
        {
            await RemoveRecordsAsync(emptied, left, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PurgeFailed(e);
            return null;
        }

        var gone = emptied.Select(j => j.Id).Except(left.Select(u => u.Job)).ToHashSet();
        logger.Purged(gone.Count);
        foreach (var job in kept.Where(j => gone.Contains(j.Id)))
        {
            // Its record is gone: what stays of it costs room only, and is told.
            await TryAsync(job, token => EmptyAgainAsync(job, token), left, cancellationToken);
        }

        return left;
    }

    /// <summary>All at once; if that cannot be, each by itself, so that one that cannot be removed holds up no other.</summary>
    private async ValueTask RemoveRecordsAsync(List<Job> emptied, List<Unremovable> left, CancellationToken cancellationToken)
    {
        try
        {
            await jobs.RemoveAsync([.. emptied.Select(j => j.Id)], fence, cancellationToken);
        }
        catch (Exception e) when (e is not StaleFenceException && emptied.Count > 0 && !cancellationToken.IsCancellationRequested)
        {
            // Whether it is the jobs or the store shows in a removal of none.
            await jobs.RemoveAsync([], fence, cancellationToken);
            foreach (var job in emptied)
            {
                await TryAsync(job, token => jobs.RemoveAsync([job.Id], fence, token), left, cancellationToken);
            }
        }
    }

    private async ValueTask TryAsync(Job job, Func<CancellationToken, ValueTask> remove, List<Unremovable> left, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestRemoval, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await remove(ends.Token).AsTask().OrGiveUpAsync(ends.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            left.Add(new Unremovable(job.Id, e is OperationCanceledException ? new TimeoutException(Invariant($"The removal did not finish within {LongestRemoval.TotalMinutes:0} min."), e) : e));
        }
    }

    /// <summary>Whether what it left is a version of a model, which is kept until somebody removes that.</summary>
    private async ValueTask<bool> IsModelAsync(Job job, CancellationToken cancellationToken) =>
        job.ModelVersion is { } version && await models.ResolveAsync(job.Request.OutputModelName, ModelVersions.Text(version), cancellationToken) is not null;

    /// <returns>Whether files stay because they are a model's.</returns>
    private async ValueTask<bool> EmptyAsync(Job job, CancellationToken cancellationToken)
    {
        await logs.RemoveAsync(installation, job.Id, cancellationToken);
        var isModel = !KeepsFiles(job) && await IsModelAsync(job, cancellationToken);
        await artifacts.RemoveAsync(installation, job.Id, isModel || KeepsFiles(job) ? job.LastAttempt : null, cancellationToken);
        return isModel;
    }

    /// <summary>Who removed a version before its job was gone left its files to the job; whoever comes now sees that the job is gone.</summary>
    private async ValueTask EmptyAgainAsync(Job job, CancellationToken cancellationToken)
    {
        if (!await IsModelAsync(job, cancellationToken))
        {
            await artifacts.RemoveAsync(installation, job.Id, exceptAttempt: null, cancellationToken);
        }
    }

    private bool KeepsFiles(Job job) => retention.KeepArtifacts && job.State is JobState.Succeeded;
}
