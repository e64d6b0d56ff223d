using Microsoft.Extensions.Logging;
using Orca.Training.Artifacts;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Models;

namespace Orca.Training.Tracking;

/// <summary>
/// Removes finished jobs and what they left. The job goes last: if something else cannot be removed now, the job still says that it is
/// there, and the next look comes back to it.
/// </summary>
internal sealed class JobPurge(
    InstallationId installation, IJobStore jobs, IArtifactStore artifacts, IModelStore models, ILogStore logs, RetentionOptions retention, Fence fence, TimeProvider time, ILogger logger)
{
    // Of one job's files; what is gone by then stays gone, and the next look goes on.
    private static readonly TimeSpan LongestRemoval = TimeSpan.FromMinutes(10);

    /// <summary>The finished jobs that need not be kept; none if the store does not answer.</summary>
    public async ValueTask<IReadOnlyList<Job>> FindAsync(JobRetention expired, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return await jobs.ReadExpiredAsync(expired, limit, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PurgeFailed(e, 0);
            return [];
        }
    }

    /// <returns>Whether all of them are gone.</returns>
    public async ValueTask<bool> RemoveAsync(IReadOnlyList<Job> expired, CancellationToken cancellationToken)
    {
        var emptied = new List<JobId>(expired.Count);
        var kept = new List<Job>();
        foreach (var job in expired)
        {
            try
            {
                if (await EmptyAsync(job, cancellationToken))
                {
                    kept.Add(job);
                }

                emptied.Add(job.Id);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                logger.PurgeFailed(e, job.Id.Value);
            }
        }

        try
        {
            await jobs.RemoveAsync(emptied, fence, cancellationToken);
            logger.Purged(emptied.Count);
            await EmptyAgainAsync(kept, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PurgeFailed(e, emptied.Count > 0 ? emptied[0].Value : 0);
            return false;
        }

        return emptied.Count == expired.Count;
    }

    /// <summary>Whether what it left is a version of a model, which is kept until somebody removes that.</summary>
    private async ValueTask<bool> IsModelAsync(Job job, CancellationToken cancellationToken) =>
        job.ModelVersion is { } version && await models.ResolveAsync(job.Request.OutputModelName, ModelVersions.Text(version), cancellationToken) is not null;

    /// <returns>Whether files stay because they are a model's.</returns>
    private async ValueTask<bool> EmptyAsync(Job job, CancellationToken cancellationToken)
    {
        await logs.RemoveAsync(installation, job.Id, cancellationToken);
        var isModel = !KeepsFiles(job) && await IsModelAsync(job, cancellationToken);
        await RemoveFilesAsync(job, isModel || KeepsFiles(job) ? job.LastAttempt : null, cancellationToken);
        return isModel;
    }

    /// <summary>Who removed a version before its job was gone left its files to the job; whoever comes now sees that the job is gone.</summary>
    private async ValueTask EmptyAgainAsync(List<Job> kept, CancellationToken cancellationToken)
    {
        foreach (var job in kept)
        {
            if (!await IsModelAsync(job, cancellationToken))
            {
                await RemoveFilesAsync(job, exceptAttempt: null, cancellationToken);
            }
        }
    }

    /// <summary>A training may have left millions of entries: others' removals do not wait for one without end.</summary>
    private async ValueTask RemoveFilesAsync(Job job, int? exceptAttempt, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(LongestRemoval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await artifacts.RemoveAsync(installation, job.Id, exceptAttempt, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (over.IsCancellationRequested)
        {
            throw new IOException($"The files of job {job.Id} could not all be removed within {LongestRemoval}; the next look goes on.", e);
        }
    }

    private bool KeepsFiles(Job job) => retention.KeepArtifacts && job.State is JobState.Succeeded;
}
