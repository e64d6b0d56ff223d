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
        SubmittedAt = submit.At,
        TraceParent = submit.TraceParent,
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

        if (command is JobCommand.RequestCancel && job.CancelRequestedAt is not null)
        {
            return Rejection.NoChange;
        }

        next = Change(job, command) with { Revision = job.Revision + 1 };
        return Rejection.None;
    }

    private static bool Expects(Job job, JobCommand.OnJob command) => command switch
    {
        JobCommand.RequestCancel => true,
        JobCommand.BeginAttempt c => job.State is JobState.Queued && job.CancelRequestedAt is null && c.Number == job.LastAttempt + 1,
        JobCommand.ReportPhase c => job.State is JobState.Launching && c.Number == job.LastAttempt,
        JobCommand.BeginRunning c => job.State is JobState.Launching && c.Number == job.LastAttempt,
        JobCommand.RecordProgress c => job.State is JobState.Running && c.Number == job.LastAttempt,
        JobCommand.Defer c => job.State is JobState.Launching && c.Number == job.LastAttempt,
        JobCommand.Publish c => job.State is JobState.Running && c.Number == job.LastAttempt,
        JobCommand.FinishAttempt c => job.State is JobState.Launching or JobState.Running && c.Number == job.LastAttempt
            && c.Final is JobState.Failed or JobState.Cancelled,
        JobCommand.FinishQueued c => job.State is JobState.Queued && (c.Final is JobState.Failed or JobState.Cancelled),
        _ => throw new ArgumentException($"The transition table has no row for {command.GetType().Name}.", nameof(command)),
    };

    private static Job Change(Job job, JobCommand.OnJob command) => command switch
    {
        JobCommand.RequestCancel c => job with { CancelRequestedAt = c.At },
        JobCommand.BeginAttempt c => job with
        {
            State = JobState.Launching,
            LastAttempt = c.Number,
            Attempts = [.. job.Attempts, new Attempt { Number = c.Number, Machine = c.Machine, CreatedAt = c.At }],
            Phase = new LaunchPhase(LaunchStep.PreparingData),
            Progress = TrainingProgress.None,
            NotBefore = null,
            QueueReason = null,
        },
        JobCommand.ReportPhase c => job with { Phase = c.Phase },
        JobCommand.BeginRunning c => job with
        {
            State = JobState.Running,
            Phase = null,
            Deferrals = 0,
            Attempts = WithLast(job, job.Attempts[^1] with { StartedAt = c.At, Incarnations = c.Incarnations }),
        },
        JobCommand.RecordProgress c => job with { Progress = c.Progress },
        JobCommand.Defer c => job with
        {
            State = JobState.Queued,
            Phase = null,
            Attempts = [.. job.Attempts.Take(job.Attempts.Count - 1)],
            Deferrals = job.Deferrals + 1,
            NotBefore = c.NotBefore,
            QueueReason = c.Reason,
        },
        JobCommand.Publish c => Finished(job, JobState.Succeeded, new Outcome(OutcomeCode.Completed, "The training completed.", 0), c.Progress, c.At) with
        {
            Artifacts = c.Artifacts,
        },
        JobCommand.FinishAttempt c => Finished(job, c.Final, c.Outcome, c.Progress, c.At),
        JobCommand.FinishQueued c => job with { State = c.Final, Outcome = c.Outcome, FinishedAt = c.At, QueueReason = null, NotBefore = null },
        _ => throw new ArgumentException($"The transition table has no row for {command.GetType().Name}.", nameof(command)),
    };

    private static Job Finished(Job job, JobState final, Outcome outcome, TrainingProgress? progress, DateTimeOffset at) => job with
    {
        State = final,
        Phase = null,
        Outcome = outcome,
        Progress = progress ?? job.Progress,
        FinishedAt = at,
        Attempts = WithLast(job, job.Attempts[^1] with { EndedAt = at, Outcome = outcome }),
    };

    private static Attempt[] WithLast(Job job, Attempt last)
    {
        var attempts = job.Attempts.ToArray();
        attempts[^1] = last;
        return attempts;
    }
}
