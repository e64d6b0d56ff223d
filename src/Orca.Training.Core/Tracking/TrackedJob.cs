using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>What the tracker knows of an open job: what is recorded, and what it has asked for and seen since.</summary>
internal sealed class TrackedJob(Job job)
{
    /// <summary>How the store has taken the job's commands: nothing is decided about it while one is asked, or for a pause after one failed.</summary>
    public Call Commit;

    private (DateTimeOffset Recorded, TimeSpan Until)? _pause;

    public Job Job { get; set; } = job;

    /// <summary>The command that the store has not answered.</summary>
    public JobCommand.OnJob? InFlight { get; private set; }

    /// <summary>A start of an attempt of which the store did not say whether it applied.</summary>
    public JobCommand.BeginAttempt? Unsettled { get; set; }

    /// <summary>Why no machine could start it as they are now.</summary>
    public string? Unplaceable { get; set; }

    /// <summary>Whether a machine could start it again, and the record still says that none can.</summary>
    public bool FitsAgain { get; set; }

    /// <summary>When it is to be looked at even if nothing happens; null for never.</summary>
    public TimeSpan? WakesAt { get; set; }

    /// <summary>Since when it has been in the queue.</summary>
    public TimeSpan QueuedSince { get; private set; }

    /// <summary>Until when its start is put off; null where it is not.</summary>
    public TimeSpan? PutOffUntil { get; private set; }

    /// <summary>What it waits for before its first attempt; null if for nothing.</summary>
    public WaitFacts? Waits { get; set; }

    /// <summary>Whether it could start if there were room.</summary>
    public bool IsReady => Waits is null or { IsOver: true };

    /// <summary>Whether a start has been given to the store, and the record does not show yet what became of it.</summary>
    public bool MayBeStarting => Job.State is JobState.Queued && (InFlight is JobCommand.BeginAttempt || Unsettled is not null);

    /// <summary>The open attempt, if there is one.</summary>
    public AttemptFacts? Attempt { get; set; }

    /// <summary>Settles by the steady clock what is on record of its waiting, once for each time on record: the wall clock may jump later.</summary>
    /// <param name="before">The job as it was known; null if it was not.</param>
    /// <param name="isFound">Whether it was on record when this decider began: then the times on record are all that is known of its age.</param>
    /// <param name="now">Now.</param>
    /// <param name="longest">The longest pause after a start that was put off.</param>
    public void SettleTimes(Job? before, bool isFound, Now now, TimeSpan longest)
    {
        if (before?.NotBefore != Job.NotBefore)
        {
            PutOffUntil = Job.NotBefore is not { } notBefore ? null
                : _pause is { } pause && pause.Recorded == notBefore ? pause.Until
                : now.Until(notBefore, Job.Deferrals > 0 ? longest : (Job.Request.Retries ?? RetryPolicy.None).LongestOfPauses);
        }

        if (before is null || before.QueuedAt != Job.QueuedAt)
        {
            QueuedSince = Job.QueuedAt is { } again && again == Job.NotBefore && PutOffUntil is { } until ? until
                : isFound ? now.Of(Job.QueuedAt ?? Job.SubmittedAt)
                : now.Steady;
        }
    }

    /// <summary>It is a machine that has no room until then: the job itself may start on another one.</summary>
    public void WaitsForMachine() => PutOffUntil = null;

    /// <summary>Gives a command that puts its start off.</summary>
    public void PutOff(JobCommand.OnJob command, DateTimeOffset recorded, TimeSpan until, List<TrackerEffect> effects)
    {
        _pause = (recorded, until);
        Give(command, effects);
    }

    public void Give(JobCommand.OnJob command, List<TrackerEffect> effects)
    {
        InFlight = command;
        Commit.Ask();
        effects.Add(new TrackerEffect.Commit(command));
    }

    /// <summary>The store has answered a command, or it is known that it will not.</summary>
    /// <returns>Whether it is the one that was waited for.</returns>
    public bool TakeAnswer(JobCommand.OnJob command)
    {
        if (!ReferenceEquals(InFlight, command))
        {
            return false;
        }

        InFlight = null;
        Commit.Reopen();
        return true;
    }
}

/// <summary>What the tracker has asked for and seen of an open attempt. Lost with the process, and found again by asking.</summary>
internal sealed class AttemptFacts(AttemptName name, string machine, int ranks, TimeSpan launchedAt)
{
    public Call Start;

    public Call Stop;

    public Call Follow;

    public Call Fetch;

    public Call Collect;

    public AttemptName Name { get; } = name;

    public string Machine { get; } = machine;

    /// <summary>When it was begun, by the steady clock.</summary>
    public TimeSpan LaunchedAt { get; } = launchedAt;

    /// <summary>Since when its containers run, by the steady clock; null before.</summary>
    public TimeSpan? RunsSince { get; set; }

    /// <summary>The limit that has passed, if one has.</summary>
    public Outcome? Overrun { get; set; }

    /// <summary>When it was heard last, or when somebody began to listen.</summary>
    public TimeSpan? QuietSince { get; set; }

    public StartResult? StartResult { get; set; }

    /// <summary>Whether the start, fetch or collection that is under way was given up.</summary>
    public bool IsAborted { get; set; }

    /// <summary>Whether a cancellation was on record already when the fetch or collection that is under way was asked for: it goes on.</summary>
    public bool IsPastCancel { get; set; }

    public LaunchPhase? Phase { get; set; }

    /// <summary>Whether a decider before this one may have stopped it: a cancellation was on record already when this one began.</summary>
    public bool MayHaveBeenStopped { get; set; }

    /// <summary>What was heard and is not on record yet.</summary>
    public TrainingProgress? News { get; set; }

    public OutputSummary? Output { get; set; }

    /// <summary>A listing with a greater number that still shows the container running shows that its output was cut, not ended.</summary>
    public long OutputEndedSince { get; set; }

    /// <summary>A listing with a greater number that still shows a container running shows that the stop did not do.</summary>
    public long StoppedSince { get; set; }

    /// <summary>When the rest of the output is no longer waited for.</summary>
    public TimeSpan? DrainUntil { get; set; }

    public Outcome? FetchFailure { get; set; }

    public IReadOnlyList<Artifact> Artifacts { get; set; } = [];

    public int? ModelVersion { get; set; }

    /// <summary>What is not published of what it left.</summary>
    public string? Note { get; set; }

    public Outcome? CollectFailure { get; set; }

    /// <summary>The runtime's own id of each rank's container, once a start has said so.</summary>
    public IReadOnlyList<string>? Incarnations { get; private set; }

    /// <summary>What was seen last of each rank's container.</summary>
    public ContainerObservation?[] Containers { get; } = new ContainerObservation?[ranks];

    /// <summary>Listings with a greater number were asked for after all containers were known to exist, so one that is missing there is gone.</summary>
    public long ExistsSince { get; set; } = long.MaxValue;

    /// <summary>Whether a container is gone and its end was not seen.</summary>
    public bool IsLost => Array.Exists(Containers, c => c?.State is ContainerState.Removed);

    /// <summary>The end that decides the attempt: the first rank that failed, else the last rank's once all have ended; null before.</summary>
    public ContainerObservation? End
    {
        get
        {
            var failed = Array.Find(Containers, c => c is { State: ContainerState.Ended } ended && !EndOutcome.IsSuccess(ended));
            return failed ?? (Array.TrueForAll(Containers, c => c?.State is ContainerState.Ended) ? Containers[^1] : null);
        }
    }

    /// <summary>The containers that the start made or found: only these count from now on.</summary>
    public void Exist(IReadOnlyList<string> incarnations, long listing)
    {
        Incarnations = incarnations;
        ExistsSince = listing;
        for (var rank = 0; rank < Containers.Length; rank++)
        {
            if (Containers[rank] is { } seen && !IsOurs(seen))
            {
                Containers[rank] = null;
            }
        }
    }

    /// <summary>
    /// Takes in what was seen. A container never goes back: what is late or doubled changes nothing, but that an end was for lack of
    /// memory may be told after the end itself.
    /// </summary>
    public void See(ContainerObservation seen)
    {
        if (seen.Rank < 0 || seen.Rank >= Containers.Length || !IsOurs(seen))
        {
            return;
        }

        ref var known = ref Containers[seen.Rank];
        if (known is null || known.Incarnation != seen.Incarnation || (known.State < seen.State && known.State < ContainerState.Ended)
            || (known.State == seen.State && seen.OutOfMemory))
        {
            known = seen;
        }
    }

    private bool IsOurs(ContainerObservation seen) =>
        Incarnations is null || (seen.Rank < Incarnations.Count && Incarnations[seen.Rank] == seen.Incarnation);
}
