namespace Orca.Training.Jobs;

/// <summary>Why a command did not apply.</summary>
public enum Rejection
{
    /// <summary>It did apply.</summary>
    None,

    /// <summary>There is no such job.</summary>
    NotFound,

    /// <summary>The job has reached a final state, which never changes.</summary>
    Final,

    /// <summary>The job is not in the state, or not at the attempt, that the command expects.</summary>
    Conflict,

    /// <summary>It says nothing new.</summary>
    NoChange,

    /// <summary>The submission's idempotency key stands for a job already, which comes with the answer.</summary>
    KeyInUse,
}

/// <summary>The transition table: every way in which a job can change. Pure; every store applies commands through it.</summary>
public static class JobTransitions
{
    /// <summary>The job that a submission makes.</summary>
    public static Job Create(JobId id, JobCommand.Submit submit) => new()
    {
        Id = id,
        Request = submit.Request,
        User = submit.User,
        Team = submit.Team,
        Pool = submit.Pool,
        SubmittedAt = submit.At,
        TraceParent = submit.TraceParent,
        Fingerprint = submit.Fingerprint,
        HeldAt = submit.Request.IsHeld ? submit.At : null,
        HeldBy = submit.Request.IsHeld ? submit.User : null,
    };

    /// <summary>Applies a command to a job.</summary>
    /// <param name="job">The job as it stands; null if there is none.</param>
    /// <param name="command">The change.</param>
    /// <param name="next">The job after the change; null if it was rejected.</param>
    /// <returns><see cref="Rejection.None"/> if it applied.</returns>
    public static Rejection Apply(Job? job, JobCommand.OnJob command, out Job? next)
    {
        next = null;
        if (job is null)
        {
            return Rejection.NotFound;
        }

        if (job.State.IsFinal())
        {
            return Rejection.Final;
        }

        if (!Expects(job, command))
        {
            return Rejection.Conflict;
        }

        if (SaysNothingNew(job, command))
        {
            return Rejection.NoChange;
        }

        next = Change(job, job.Revision + 1, command);
        return Rejection.None;
    }

    private static bool SaysNothingNew(Job job, JobCommand.OnJob command) => command switch
    {
        JobCommand.RequestCancel => job.CancelRequestedAt is not null,
        JobCommand.RequestHold => job.HeldAt is not null,
        JobCommand.RequestRelease => job.HeldAt is null,
        JobCommand.ReportWait c => job.QueueReason == c.Reason && job.NotBefore is null,
        _ => false,
    };

    private static bool Expects(Job job, JobCommand.OnJob command) => command switch
    {
        JobCommand.RequestCancel => true,
        JobCommand.RequestHold or JobCommand.RequestRelease => job.State is JobState.Queued,
        JobCommand.ReportWait => job.State is JobState.Queued,
        JobCommand.BeginAttempt c => job.State is JobState.Queued && job is { CancelRequestedAt: null, HeldAt: null } && c.Number == job.LastAttempt + 1,
        JobCommand.ReportPhase c => job.State is JobState.Launching && c.Number == job.LastAttempt,
        JobCommand.BeginRunning c => job.State is JobState.Launching && c.Number == job.LastAttempt,
        JobCommand.RecordProgress c => job.State is JobState.Running && c.Number == job.LastAttempt,
        JobCommand.Defer c => job.State is JobState.Launching && c.Number == job.LastAttempt,
        JobCommand.Publish c => job.State is JobState.Running && c.Number == job.LastAttempt,
        JobCommand.FinishAttempt c => job.State is JobState.Launching or JobState.Running && c.Number == job.LastAttempt
            && c.Final is JobState.Failed or JobState.Cancelled,
        JobCommand.Retry c => job.State is JobState.Launching or JobState.Running && c.Number == job.LastAttempt,
        JobCommand.FinishQueued c => job.State is JobState.Queued && (c.Final is JobState.Failed or JobState.Cancelled),
        _ => throw new ArgumentException($"The transition table has no row for {command.GetType().Name}.", nameof(command)),
    };

    // Each row makes one copy, the revision included: a job has a copy for each of its changes, and they are most of what it costs.
    private static Job Change(Job job, long revision, JobCommand.OnJob command) => command switch
    {
        JobCommand.RequestCancel c => job with { Revision = revision, CancelRequestedAt = c.At, CancelRequestedBy = c.By },
        JobCommand.RequestHold c => job with { Revision = revision, HeldAt = c.At, HeldBy = c.By },
        JobCommand.RequestRelease c => job with { Revision = revision, HeldAt = null, HeldBy = null, QueuedAt = c.At },
        // Its time has come, or nobody would have looked for a machine.
        JobCommand.ReportWait c => job with { Revision = revision, QueueReason = c.Reason, NotBefore = null },
        JobCommand.BeginAttempt c => job with
        {
            Revision = revision,
            State = JobState.Launching,
            LastAttempt = c.Number,
            Attempts = WithNew(job, new Attempt { Number = c.Number, Machine = c.Machine, CreatedAt = c.At, Given = c.Given }),
            Past = IsFull(job) ? PastAttempts.With(job.Past, job.Attempts[PastAttempts.FirstKept]) : job.Past,
            Phase = LaunchPhase.First,
            Progress = TrainingProgress.None,
            NotBefore = null,
            QueueReason = null,
        },
        JobCommand.ReportPhase c => job with { Revision = revision, Phase = c.Phase },
        JobCommand.BeginRunning c => job with
        {
            Revision = revision,
            State = JobState.Running,
            Phase = null,
            Deferrals = 0,
            Attempts = WithLast(job, job.Attempts[^1] with { StartedAt = c.At, Incarnations = c.Incarnations, Execution = c.Execution }),
        },
        JobCommand.RecordProgress c => job with { Revision = revision, Progress = c.Progress },
        JobCommand.Defer c => job with
        {
            Revision = revision,
            State = JobState.Queued,
            Phase = null,
            Attempts = [.. job.Attempts.Take(job.Attempts.Count - 1)],
            Deferrals = job.Deferrals + 1,
            NotBefore = c.NotBefore,
            QueueReason = c.Reason,
        },
        JobCommand.Publish c => Finished(job, revision, JobState.Succeeded, Outcome.CompletedBut(c.Note), c.Progress, c.Artifacts, c.ModelVersion, c.At),
        JobCommand.FinishAttempt c => Finished(job, revision, c.Final, c.Outcome, c.Progress, [], modelVersion: null, c.At),
        JobCommand.Retry c => job with
        {
            Revision = revision,
            State = JobState.Queued,
            Phase = null,
            Deferrals = 0,
            Progress = AtTheEnd(c.Progress ?? job.Progress),
            Attempts = WithLast(job, job.Attempts[^1] with { EndedAt = c.At, Outcome = c.Outcome }),
            NotBefore = c.NotBefore,
            QueuedAt = c.NotBefore,
            QueueReason = c.Reason,
        },
        JobCommand.FinishQueued c => job with
        {
            Revision = revision,
            State = c.Final,
            Outcome = c.Outcome,
            FinishedAt = c.At,
            QueueReason = null,
            NotBefore = null,
            HeldAt = null,
            HeldBy = null,
        },
        _ => throw new ArgumentException($"The transition table has no row for {command.GetType().Name}.", nameof(command)),
    };

    private static Job Finished(
        Job job, long revision, JobState final, Outcome outcome, TrainingProgress? progress, IReadOnlyList<Artifact> artifacts, int? modelVersion, DateTimeOffset at) => job with
    {
        Revision = revision,
        State = final,
        Phase = null,
        Outcome = outcome,
        Progress = AtTheEnd(progress ?? job.Progress),
        FinishedAt = at,
        Attempts = WithLast(job, job.Attempts[^1] with { EndedAt = at, Outcome = outcome }),
        Artifacts = artifacts,
        ModelVersion = modelVersion,
    };

    /// <summary>Nobody reads on any more, so that what was announced is of no use.</summary>
    private static TrainingProgress AtTheEnd(TrainingProgress progress) => progress.Announced is null ? progress : progress with { Announced = null };

    private static bool IsFull(Job job) => job.Attempts.Count >= PastAttempts.FirstKept + PastAttempts.LastKept;

    /// <summary>With one more; of many, without the oldest that is not one of the first.</summary>
    private static Attempt[] WithNew(Job job, Attempt next)
    {
        var isFull = IsFull(job);
        var attempts = new Attempt[job.Attempts.Count + (isFull ? 0 : 1)];
        for (var i = 0; i < attempts.Length - 1; i++)
        {
            attempts[i] = job.Attempts[isFull && i >= PastAttempts.FirstKept ? i + 1 : i];
        }

        attempts[^1] = next;
        return attempts;
    }

    private static Attempt[] WithLast(Job job, Attempt last)
    {
        var attempts = job.Attempts.ToArray();
        attempts[^1] = last;
        return attempts;
    }
}
