using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>
/// What must hold after every step of every run. Each rule reads only the model store and the model machine, never the
/// tracker's own mind. <see cref="Broken"/> is the first rule that does not hold.
/// </summary>
internal sealed class Invariants(SimulatedStore store, SimulatedRuntime runtime, SimulationSettings settings, InstallationId installation)
{
    private readonly Dictionary<JobId, Job> _finals = [];
    private readonly HashSet<JobId> _published = [];
    private int _seen;

    public string? Broken { get; private set; }

    /// <summary>Looks at everything that the last step changed in the store, and at the machine's use.</summary>
    public void CheckStep()
    {
        for (; _seen < store.Changes.Count; _seen++)
        {
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

    /// <summary>All faults have ended and everything has come to rest.</summary>
    public void CheckRest(Func<JobId, SimulatedTraining> trainingOf, IReadOnlySet<AttemptName> disturbed)
    {
        foreach (var job in store.Jobs)
        {
            Require(job.State.IsFinal(), $"1: every submission reaches a final state, but job {job.Id} is {job.State}");
            CheckOutcome(job, trainingOf(job.Id), disturbed);
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

        if (job.State is JobState.Succeeded)
        {
            Require(_published.Add(job.Id), $"3: at most one attempt publishes, but job {job.Id} published twice");
            var attempt = new AttemptName(installation, new AttemptId(job.Id, job.LastAttempt));
            Require(runtime.HasCompleted(attempt), $"4: what is recorded agrees with the machine, but {attempt.Attempt} is published and never completed");
            Require(
                !settings.CopiesFolders || runtime.HasFetched(attempt),
                $"3: what is published was written by its attempt, but what {attempt.Attempt} wrote was not fetched");
            Require(
                job.Artifacts.All(a => a.Location.AbsolutePath == string.Create(CultureInfo.InvariantCulture, $"/{job.Id}/{job.LastAttempt}")),
                $"3: only the attempt that published counts, but job {job.Id} holds another one's artifacts");
        }
    }

    /// <summary>What is on record agrees with what the training did, as far as nobody disturbed it.</summary>
    private void CheckOutcome(Job job, SimulatedTraining training, IReadOnlySet<AttemptName> disturbed)
    {
        var attempt = new AttemptName(installation, new AttemptId(job.Id, job.LastAttempt));
        if (job.State is JobState.Cancelled)
        {
            Require(job.CancelRequestedAt is not null, $"4: nobody asked for it, but job {job.Id} is cancelled");
            return;
        }

        if (disturbed.Contains(attempt) || (job.Outcome?.Code == OutcomeCode.LaunchFailed && TookTooLong(job)))
        {
            return;
        }

        var expected = training switch
        {
            { CannotStart: true } => OutcomeCode.ImageNotFound,
            { IsOutOfMemory: true } => OutcomeCode.OutOfMemory,
            { ExitCode: 0 } => OutcomeCode.Completed,
            _ => OutcomeCode.NonZeroExit,
        };
        Require(job.Outcome?.Code == expected, $"4: what is recorded agrees with the machine, but job {job.Id} is recorded as {job.Outcome?.Code} and was {expected}");
    }

    private static bool TookTooLong(Job job) => job.FinishedAt - job.Attempts[^1].CreatedAt >= new TrackerSettings { Installation = default }.LaunchTimeout;

    private void Require(bool holds, string rule)
    {
        if (!holds)
        {
            Broken ??= rule;
        }
    }
}
