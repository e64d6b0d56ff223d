using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Scheduling;

/// <summary>Brings jobs, as they are on record, to the scheduler as facts.</summary>
/// <param name="scheduler">The scheduler.</param>
/// <param name="demandOf">What an attempt of a request would be given now.</param>
/// <param name="poolOf">The pool in which a job waits; null where there is one for everybody.</param>
internal sealed class JobFold(Scheduler scheduler, Func<TrainingRequest, Demand> demandOf, Func<Job, string>? poolOf = null)
{
    /// <summary>Takes in a job as recorded.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isReady">Whether nothing but room is missing for its start; a job that waits for others, or is held, holds up nobody.</param>
    /// <param name="putOffUntil">When its time comes, by the steady clock; null if that has nothing to do with it.</param>
    public void Apply(Job job, bool isReady = true, TimeSpan? putOffUntil = null)
    {
        if (scheduler.BegunAt(job.Id) is { } begun && EndOf(job, begun) is { } ended)
        {
            scheduler.Remove(job.Id, ended);
        }

        if (job is { State: JobState.Queued, CancelRequestedAt: null, HeldAt: null } && isReady)
        {
            scheduler.Await(FactsOf(job), job.QueuedAt ?? job.SubmittedAt, putOffUntil, job.IsMisfit ? job.QueueReason : null);
        }
        else if (job is { State: JobState.Launching or JobState.Running, OpenAttempt: { } attempt })
        {
            // What its algorithm needs may have changed since; what it was given has not.
            var demand = attempt.Given is { } given
                ? new Demand(new Resources(given.Cpus, given.MemoryBytes, given.Gpus), job.Request.Workers, given.GpuKind)
                : demandOf(job.Request);
            // It counts where it was given, also when its pool has moved since.
            scheduler.Place(
                attempt.Given is null ? FactsOf(job, demand) : FactsOf(job, demand) with { Pool = attempt.Given.Pool ?? "" },
                new PlacedFacts(attempt.Machine, attempt.CreatedAt) { IsRunning = job.State is JobState.Running, CostRate = attempt.Given?.CostRate });
        }
        else
        {
            scheduler.Remove(job.Id);
        }
    }

    private static DateTimeOffset? EndOf(Job job, DateTimeOffset begun)
    {
        for (var i = job.Attempts.Count - 1; i >= 0; i--)
        {
            if (job.Attempts[i] is { EndedAt: { } ended } attempt && attempt.CreatedAt == begun)
            {
                return ended;
            }
        }

        return null;
    }

    /// <summary>What decides about a job that waits.</summary>
    public JobFacts FactsOf(Job job) => FactsOf(job, demandOf(job.Request));

    private JobFacts FactsOf(Job job, in Demand demand) => new(job.Id, poolOf?.Invoke(job) ?? "", job.User ?? "")
    {
        Priority = job.Request.Priority,
        Demand = demand,
        Algorithm = job.Request.Algorithm,
        RunLimit = job.Request.Timeouts?.Running,
    };
}
