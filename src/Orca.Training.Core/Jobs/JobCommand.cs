
namespace Orca.Training.Jobs;

/// <summary>
/// A conditional change to one job. It applies as a whole if the job is still as the command expects, else not at all;
/// <see cref="JobTransitions"/> is the one place that says what each command expects and does.
/// </summary>
public abstract record JobCommand
{
    private JobCommand()
    {
    }

    /// <summary>Whether only the decider that holds the store's lease may give it. Callers' intents need no lease.</summary>
    public virtual bool NeedsFence => true;

    /// <summary>An intent: accept a request as a new job.</summary>
    public sealed record Submit(TrainingRequest Request, string? User, DateTimeOffset At) : JobCommand
    {
        /// <summary>The team that the job is to belong to; null for the default one.</summary>
        public string? Team { get; init; }

        /// <summary>The pool that the job is to wait in, as it was resolved for the caller; null where there are no pools.</summary>
        public string? Pool { get; init; }

        /// <summary>The submission's place in its caller's trace, as W3C's traceparent spells it.</summary>
        public string? TraceParent { get; init; }

        /// <summary>A hash of what was submitted; needed with a key.</summary>
        public string? Fingerprint { get; init; }

        /// <inheritdoc />
        public override bool NeedsFence => false;
    }

    /// <summary>
    /// An intent: accept several requests, all or none. The first one's idempotency key stands for all of them; the others have none.
    /// </summary>
    public sealed record SubmitAll : JobCommand
    {
        /// <summary>The command.</summary>
        /// <param name="jobs">The submissions.</param>
        /// <exception cref="ArgumentException">There are none, or another than the first has a key.</exception>
        public SubmitAll(IReadOnlyList<Submit> jobs)
        {
            ArgumentNullException.ThrowIfNull(jobs);
            if (jobs.Count == 0 || jobs.Skip(1).Any(s => s.Request.IdempotencyKey is not null))
            {
                throw new ArgumentException("At least one submission is required, and only the first one may have an idempotency key.", nameof(jobs));
            }

            Jobs = jobs;
        }

        /// <summary>The submissions, in the order in which they get their ids.</summary>
        public IReadOnlyList<Submit> Jobs { get; }

        /// <inheritdoc />
        public override bool NeedsFence => false;
    }

    /// <summary>A command on a job that exists.</summary>
    public abstract record OnJob : JobCommand
    {
        private protected OnJob(JobId job, DateTimeOffset at)
        {
            Job = job;
            At = at;
        }

        /// <summary>The job.</summary>
        public JobId Job { get; init; }

        /// <summary>When it was decided.</summary>
        public DateTimeOffset At { get; init; }
    }

    /// <summary>An intent: end the job; repeating it changes nothing.</summary>
    public sealed record RequestCancel(JobId Job, DateTimeOffset At) : OnJob(Job, At)
    {
        /// <summary>Who asks; null for a caller without a name.</summary>
        public string? By { get; init; }

        /// <inheritdoc />
        public override bool NeedsFence => false;
    }

    /// <summary>An intent: do not start the job, which is queued, before it is released; repeating it changes nothing.</summary>
    public sealed record RequestHold(JobId Job, DateTimeOffset At) : OnJob(Job, At)
    {
        /// <summary>Who asks; null for a caller without a name.</summary>
        public string? By { get; init; }

        /// <inheritdoc />
        public override bool NeedsFence => false;
    }

    /// <summary>An intent: the job may start again; repeating it changes nothing.</summary>
    public sealed record RequestRelease(JobId Job, DateTimeOffset At) : OnJob(Job, At)
    {
        /// <summary>Who asks; null for a caller without a name.</summary>
        public string? By { get; init; }

        /// <inheritdoc />
        public override bool NeedsFence => false;
    }

    /// <summary>Queued stays: says why no machine could start it as they are now, even if they were empty; null if one could again.</summary>
    public sealed record ReportWait(JobId Job, string? Reason, DateTimeOffset At) : OnJob(Job, At);

    /// <summary>Queued → Launching: records attempt <paramref name="Number"/>, the next one, on a machine.</summary>
    public sealed record BeginAttempt(JobId Job, int Number, string Machine, DateTimeOffset At) : OnJob(Job, At)
    {
        /// <summary>What each of its containers is given; null where nobody says.</summary>
        internal Grant? Given { get; init; }
    }

    /// <summary>Launching stays: says what the launch is busy with.</summary>
    public sealed record ReportPhase(JobId Job, int Number, LaunchPhase Phase, DateTimeOffset At) : OnJob(Job, At);

    /// <summary>Launching → Running: the attempt's containers run.</summary>
    public sealed record BeginRunning(JobId Job, int Number, IReadOnlyList<string> Incarnations, DateTimeOffset At) : OnJob(Job, At)
    {
        /// <summary>What they execute, where that is known.</summary>
        public Execution? Execution { get; init; }
    }

    /// <summary>Running stays: what the training said, and how far its output was read.</summary>
    public sealed record RecordProgress(JobId Job, int Number, TrainingProgress Progress, DateTimeOffset At) : OnJob(Job, At);

    /// <summary>Launching → Queued: there was no room after all; not to be tried before <paramref name="NotBefore"/>.</summary>
    public sealed record Defer(JobId Job, int Number, string Reason, DateTimeOffset NotBefore, DateTimeOffset At) : OnJob(Job, At);

    /// <summary>Running → Succeeded: publishes what attempt <paramref name="Number"/> produced.</summary>
    public sealed record Publish(JobId Job, int Number, IReadOnlyList<Artifact> Artifacts, TrainingProgress Progress, DateTimeOffset At) : OnJob(Job, At)
    {
        /// <summary>The version that its model gets; null where the request names no model.</summary>
        public int? ModelVersion { get; init; }

        /// <summary>What of what it left is not published, for people; null if all is.</summary>
        public string? Note { get; init; }
    }

    /// <summary>Launching or Running → Failed or Cancelled: the attempt ended without results.</summary>
    public sealed record FinishAttempt(JobId Job, int Number, JobState Final, Outcome Outcome, TrainingProgress? Progress, DateTimeOffset At) : OnJob(Job, At);

    /// <summary>Launching or Running → Queued: the attempt ended without results, and another one follows, not before <paramref name="NotBefore"/>.</summary>
    public sealed record Retry(JobId Job, int Number, Outcome Outcome, string Reason, TrainingProgress? Progress, DateTimeOffset NotBefore, DateTimeOffset At)
        : OnJob(Job, At);

    /// <summary>Queued → Cancelled or Failed: it never ran.</summary>
    public sealed record FinishQueued(JobId Job, JobState Final, Outcome Outcome, DateTimeOffset At) : OnJob(Job, At);
}
