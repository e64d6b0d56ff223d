using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>
/// What must hold after every step of every run. Each rule reads only the model store and the model machine, never the
/// tracker's own mind. <see cref="Broken"/> is the first rule that does not hold.
/// </summary>
internal sealed class Invariants(SimulatedStore store, SimulatedRuntime runtime, SimulationSettings settings, Workload workload)
{
    private readonly Dictionary<JobId, Job> _finals = [];
    private readonly HashSet<JobId> _published = [];
    private readonly Dictionary<JobId, (JobState State, int Attempt, DateTimeOffset At, long Term)> _entered = [];
    private int _seen;

    public string? Broken { get; private set; }

    /// <summary>Looks at everything that the last step changed in the store, and at the machine's use.</summary>
    /// <param name="now">The time that has passed, whatever clocks say.</param>
    public void CheckStep(DateTimeOffset now)
    {
        for (; _seen < store.Changes.Count; _seen++)
        {
            CheckLimits(store.Changes[_seen], now);
            CheckChange(store.Changes[_seen]);
        }

        var open = store.Jobs.Count(j => j.State is JobState.Launching or JobState.Running);
        Require(open <= settings.Slots, $"7: use never exceeds the quota, but {open} attempts are open on {settings.Slots} slots");
    }

    /// <summary>A container is about to be made.</summary>
    public void CheckCreation(AttemptName attempt)
    {
        var job = store.Find(attempt.Attempt.Job);
        Require(job is not null && job.LastAttempt >= attempt.Attempt.Number, $"3: an attempt is recorded before its containers are made, but {attempt.Attempt} was not");
    }

    /// <summary>The tracker removes a container.</summary>
    public void CheckRemoval(AttemptName attempt)
    {
        if (runtime.Find(attempt) is not null)
        {
            var open = store.Find(attempt.Attempt.Job)?.OpenAttempt;
            Require(open?.Number != attempt.Attempt.Number, $"4: a container is removed only after its end is recorded, but {attempt.Attempt}'s was not");
        }
    }

    /// <summary>A decision was written.</summary>
    public void CheckWrite(CommandResult result, long term) =>
        Require(!result.Applied || term == store.Term, $"0: of a host that has been replaced nothing is written, but one with term {term} wrote in term {store.Term}");

    /// <summary>A submission was repeated under its key.</summary>
    public void CheckRepetition(JobId first, JobId again) => Require(first == again, $"10: a key stands for one job, but it gave {first} and then {again}");

    /// <summary>All faults have ended and everything has come to rest.</summary>
    public void CheckRest(IReadOnlySet<AttemptName> disturbed)
    {
        foreach (var job in store.Jobs)
        {
            Require(job.State.IsFinal(), $"1: every submission reaches a final state, but job {job.Id} is {job.State}");
            CheckOutcome(job, workload.TrainingOf(job.Id), disturbed);
        }

        Require(!runtime.Containers.Any(), $"3: no container is without an owner, but {string.Join(", ", runtime.Containers.Select(c => c.Attempt.Attempt))} are left");
    }

    private void CheckChange(Job job)
    {
        if (_finals.TryGetValue(job.Id, out var final))
        {
            Require(false, $"2: a final state never changes, but job {job.Id} went from {final.State} to {job.State}");
        }

        if (job.State.IsFinal())
        {
            _finals[job.Id] = job;
        }

        if (job is { State: JobState.Launching })
        {
            CheckStart(job);
        }

        if (job.State is JobState.Succeeded)
        {
            Require(_published.Add(job.Id), $"3: at most one attempt publishes, but job {job.Id} published twice");
            var attempt = new AttemptName(SimulatedHost.Installation, new AttemptId(job.Id, job.LastAttempt));
            Require(runtime.HasCompleted(attempt), $"4: what is recorded agrees with the machine, but {attempt.Attempt} is published and never completed");
            Require(
                !settings.CopiesFolders || runtime.HasFetched(attempt),
                $"3: what is published was written by its attempt, but what {attempt.Attempt} wrote was not fetched");
            Require(
                job.Artifacts.All(a => a.Location.AbsolutePath == string.Create(CultureInfo.InvariantCulture, $"/{job.Id}/{job.LastAttempt}")),
                $"3: only the attempt that published counts, but job {job.Id} holds another one's artifacts");
        }
    }

    /// <summary>Who decides knows the times of others' records by the wall clock alone: so what began and ended in one term is looked at.</summary>
    private void CheckLimits(Job job, DateTimeOffset now)
    {
        if (_entered.TryGetValue(job.Id, out var before) && before.Term == store.Term && before.State != job.State)
        {
            var ended = job.Attempts is [.., { EndedAt: not null } last] && last.Number == before.Attempt ? last.Outcome?.Code : null;
            var usual = new TrackerSettings { Installation = default };
            var limit = before.State switch
            {
                // A start that was put off does not begin the wait anew.
                JobState.Queued when job.Outcome?.Code == OutcomeCode.QueueTimedOut && job.Deferrals == 0 => job.Request.Timeouts?.Queued,
                JobState.Launching when ended == OutcomeCode.LaunchFailed => usual.LaunchTimeout,
                JobState.Running when ended == OutcomeCode.TimedOut => job.Request.Timeouts?.Running ?? usual.LongestRun,
                _ => null,
            };
            Require(
                limit is null || now - before.At >= limit,
                $"13: a limit counts the time that passes, whatever clocks say, but {job.Id} was {before.State} for {now - before.At} of {limit}");
        }

        if (!_entered.ContainsKey(job.Id) || before.State != job.State || before.Attempt != job.LastAttempt)
        {
            _entered[job.Id] = (job.State, job.LastAttempt, now, store.Term);
        }
    }

    private void CheckStart(Job job)
    {
        Require(job.HeldAt is null, $"8: what is held does not start, but {job.Id} did");
        Require(
            job.Request.DependsOn.All(d => store.Find(d) is { State: JobState.Succeeded }),
            $"9: a job starts when all that it waits for have succeeded, but {job.Id} started before");
        Require(
            job.Attempts.Count <= 1 + (job.Request.Retries?.MaxRetries ?? 0),
            $"11: attempts are as many as the policy allows, but {job.Id} has begun {job.Attempts.Count}");
    }

    /// <summary>What is on record agrees with what the training did, as far as nobody disturbed it.</summary>
    private void CheckOutcome(Job job, SimulatedTraining training, IReadOnlySet<AttemptName> disturbed)
    {
        var attempt = new AttemptName(SimulatedHost.Installation, new AttemptId(job.Id, job.LastAttempt));
        if (job.State is JobState.Cancelled)
        {
            Require(job.CancelRequestedAt is not null, $"4: nobody asked for it, but job {job.Id} is cancelled");
            return;
        }

        if (job.Outcome?.Code == OutcomeCode.DependencyFailed)
        {
            Require(
                job.Request.DependsOn.Any(d => store.Find(d) is { State: JobState.Failed or JobState.Cancelled }),
                $"9: a job fails for another one that has failed, but none of those that {job.Id} waits for has");
            return;
        }

        if (job.Outcome?.Code == OutcomeCode.InternalError)
        {
            Require(job.Request.Algorithm == Workload.Poison, $"12: a job is set aside only if steps fail about it, but {job.Id} was");
            return;
        }

        if (disturbed.Contains(attempt) || IsOverLimit(job))
        {
            return;
        }

        var expected = training.OutcomeOf(job.LastAttempt);
        Require(job.Outcome?.Code == expected, $"4: what is recorded agrees with the machine, but job {job.Id} is recorded as {job.Outcome?.Code} and was {expected}");
        Require(
            job.State is JobState.Succeeded || job.CancelRequestedAt is not null || !(job.Request.Retries ?? RetryPolicy.None).Allows(job.Outcome!, job.Attempts.Count),
            $"11: what the policy tries again is tried again, but {job.Id} was not after {job.Attempts.Count} attempts");
    }

    /// <summary>Whether one of its limits has passed, and says so; whether that is true was looked at when it happened.</summary>
    private static bool IsOverLimit(Job job) =>
        job.Outcome?.Code == OutcomeCode.LaunchFailed || job.Outcome?.Code == OutcomeCode.TimedOut
        || (job.Outcome?.Code == OutcomeCode.QueueTimedOut && job.Request.Timeouts?.Queued is not null);

    private void Require(bool holds, string rule)
    {
        if (!holds)
        {
            Broken ??= rule;
        }
    }
}
