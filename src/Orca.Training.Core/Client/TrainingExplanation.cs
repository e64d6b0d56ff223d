using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>When a training starts, as far as it is known.</summary>
public enum StartVerdict
{
    /// <summary>It starts when it is its turn and there is room.</summary>
    Waits,

    /// <summary>It starts after other trainings have succeeded.</summary>
    WaitsForOthers,

    /// <summary>It does not start until somebody does something; each such reason has the severity <see cref="WaitSeverity.Action"/>.</summary>
    Blocked,

    /// <summary>No machine of its pool could start it, even if the machine were empty.</summary>
    NeverFits,

    /// <summary>It has started and has not ended.</summary>
    Started,

    /// <summary>It has ended, or it is being cancelled before its start.</summary>
    Ended,
}

/// <summary>Why a training has not started.</summary>
/// <param name="Verdict">When it starts.</param>
/// <param name="Position">Its position in its pool, from 1; null if it does not wait, or if the position is not known.</param>
/// <param name="Reasons">
/// The reasons, the most hindering first; none if it does not wait, or if nothing but its turn is missing. Of the machines in the way, each has
/// a reason of its own.
/// </param>
public sealed record TrainingExplanation(StartVerdict Verdict, int? Position, IReadOnlyList<WaitReason> Reasons)
{
    /// <summary>Explains a job from what was read of it. Pure.</summary>
    /// <param name="reading">The job, its place, and the reasons of the scheduler.</param>
    /// <param name="unfinished">Jobs that have not succeeded; those that it depends on are among them.</param>
    internal static TrainingExplanation Of(Jobs.Storage.JobReading reading, IReadOnlySet<JobId> unfinished)
    {
        var job = reading.Job;
        if (job.State is not JobState.Queued || job.CancelRequestedAt is not null)
        {
            return new TrainingExplanation(job.State is JobState.Launching or JobState.Running ? StartVerdict.Started : StartVerdict.Ended, null, []);
        }

        var reasons = new List<WaitReason>();
        if (job.HeldAt is not null)
        {
            reasons.Add(new WaitReason(WaitCode.Held, "it is held: release it to let it start"));
        }

        if (job.Request.DependsOn.Count(unfinished.Contains) is > 0 and var count)
        {
            reasons.Add(new WaitReason(WaitCode.WaitsForJobs, count == 1 ? "another training has to succeed first" : $"{count} other trainings have to succeed first"));
        }

        reasons.AddRange(reading.Reasons ?? []);
        if (job.IsMisfit && !reasons.Exists(r => r.Code is WaitCode.Misfit))
        {
            reasons.Insert(0, new WaitReason(WaitCode.Misfit, job.QueueReason!.TrimEnd('.')));
        }

        return new TrainingExplanation(VerdictOf(reasons), reading.QueuePosition, reasons);
    }

    private static StartVerdict VerdictOf(List<WaitReason> reasons) =>
        reasons.Exists(r => r.Code is WaitCode.Misfit) ? StartVerdict.NeverFits
        : reasons.Exists(r => r.Code is WaitCode.Held or WaitCode.PolicyFailed) || AreAllMachinesOut(reasons) ? StartVerdict.Blocked
        : reasons.Exists(r => r.Code is WaitCode.WaitsForJobs) ? StartVerdict.WaitsForOthers
        : StartVerdict.Waits;

    // A machine that is away keeps a job from starting only where there is no other one.
    private static bool AreAllMachinesOut(List<WaitReason> reasons) =>
        reasons.Exists(r => r.Machine is not null) && reasons.Where(r => r.Machine is not null).All(r => r.Severity is WaitSeverity.Action);
}
