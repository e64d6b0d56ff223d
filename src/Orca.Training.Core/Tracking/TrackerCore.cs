using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tracking;

/// <summary>
/// The tracker's step: (state, event, now) → (state, effects). It holds the state and changes it in place, for speed; it has no
/// tasks, no clock and no I/O, so host and simulator run this same code. An observer is told of each change and has no say. Not thread-safe: one caller at a time.
/// What is done about a job is in <see cref="JobRules"/> and follows from what is known, not from which event came: an event that
/// is lost, doubled or late changes when something is done, not what.
/// </summary>
internal sealed partial class TrackerCore
{
    private readonly TrackerSettings _settings;
    private readonly Scheduler _scheduler;
    private readonly Func<TrainingRequest, Demand> _demandOf;
    private readonly JobFold _fold;
    private readonly DeferredStarts _deferred;
    private readonly JobRules _rules;
    private readonly TrackedJobs _jobs;
    private readonly Cleanups _cleanups;
    private readonly Strays _strays;
    private readonly Listings _listings;
    private readonly ListingComparison _comparison;
    private readonly Dependencies _dependencies;
    private readonly JobObserver? _observer;
    private readonly Wakes _wakes = new();
    private readonly Sweeps _sweeps;
    private readonly Renewals _renewals;
    private readonly SetAsideJobs _setAside;
    private TimeSpan _nextReconcile;
    private bool _isLoaded;
    private bool _isDraining;
    private bool _hasRoom = true;

    /// <param name="settings">The times that it works with.</param>
    /// <param name="scheduler">Decides which job starts next, and where.</param>
    /// <param name="machines">The names of the machines.</param>
    /// <param name="demandOf">What an attempt of a request would be given now.</param>
    /// <param name="poolOf">The pool in which a job waits; null where there is one for everybody.</param>
    /// <param name="observer">Is told of each change.</param>
    public TrackerCore(
        TrackerSettings settings,
        Scheduler scheduler,
        IReadOnlyList<string> machines,
        Func<TrainingRequest, Demand> demandOf,
        Func<Job, string>? poolOf = null,
        JobObserver? observer = null)
    {
        _observer = observer;
        _settings = settings;
        _scheduler = scheduler;
        _demandOf = demandOf;
        _fold = new JobFold(scheduler, demandOf, poolOf);
        _deferred = new DeferredStarts(settings);
        _jobs = new TrackedJobs(settings.Installation);
        _listings = new Listings(machines);
        _cleanups = new Cleanups(settings);
        _strays = new Strays(_cleanups);
        _comparison = new ListingComparison(settings, _jobs, _cleanups, _strays);
        _dependencies = new Dependencies(_jobs, settings);
        _sweeps = new Sweeps(settings, _dependencies);
        _renewals = new Renewals(settings, _jobs);
        _setAside = new SetAsideJobs(settings);
        _rules = new JobRules(settings, _dependencies, _deferred, r => demandOf(r).EachRank.MemoryBytes, _wakes.Add);
    }

    /// <summary>Whether nothing is open and nothing is left to be removed.</summary>
    public bool IsIdle => (_settings.DrainsToQueue ? _jobs.WithAttempt().Count == 0 : _jobs.Count == 0) && _setAside.Count == 0 && _cleanups.IsEmpty;

    /// <summary>The open jobs as known; for the simulator and for diagnosis.</summary>
    public IEnumerable<Job> OpenJobs => _jobs.All.Select(t => t.Job);

    /// <summary>The job that the step is about, so that a step which throws says which one it was; null for none.</summary>
    public JobId? At { get; private set; }

    /// <summary>How many looks at jobs are due later; at most one for each job that is open.</summary>
    public int PendingWakes => _wakes.Count;

    /// <summary>When, by the steady clock, the next <see cref="TrackerEvent.Tick"/> is due even if nothing happens.</summary>
    public TimeSpan NextTick
    {
        get
        {
            var next = _nextReconcile;
            next = _wakes.Next is { } wake && wake < next ? wake : next;
            // Who plans nothing would have a look due for ever.
            next = !_isDraining && _hasRoom && _scheduler.NextLook is { } look && look < next ? look : next;
            next = _sweeps.Next is { } sweep && sweep < next ? sweep : next;
            next = _setAside.Next is { } again && again < next ? again : next;
            next = _renewals.Next is { } renewal && renewal < next ? renewal : next;
            return _cleanups.NextTry is { } retry && retry < next ? retry : next;
        }
    }

    /// <summary>Takes in one event and adds what is to be done to the effects.</summary>
    public void Step(TrackerEvent happened, Now now, List<TrackerEffect> effects)
    {
        At = null;
        switch (happened)
        {
            case TrackerEvent.Loaded e:
                Load(e.Jobs, now, effects);
                break;
            case TrackerEvent.Changed e:
                foreach (var job in e.Jobs)
                {
                    Change(job, mayBeNew: true, now, effects);
                }

                break;
            case TrackerEvent.Committed e:
                TakeAnswer(e, now, effects);
                break;
            case TrackerEvent.CommitFailed e:
                TakeCommitFailure(e.Command, now, effects);
                break;
            case TrackerEvent.RemoveReturned e:
                _cleanups.Answer(e.Attempt, e.Error, now);
                break;
            case TrackerEvent.Observed e:
                See(e.Container, now, effects);
                break;
            case TrackerEvent.Described e:
                _scheduler.Offer(new MachineFacts(e.Machine, e.Total));
                break;
            case TrackerEvent.HintsInterrupted e:
                _listings.Ask(e.Machine, effects);
                break;
            case TrackerEvent.Listed e:
                _scheduler.Reach(e.Machine, isReached: true);
                Compare(e, now, effects);
                break;
            case TrackerEvent.ListFailed e:
                _scheduler.Reach(e.Machine, isReached: false);
                _listings.Answer(e.Machine, e.Number, effects);
                break;
            case TrackerEvent.LookedUp e:
                _strays.Answer(e.Job, e.Found, e.IsAnswer, now, effects);
                Release(_dependencies.Answer(e.Job, e.Found, e.IsAnswer, now), now, effects);
                break;
            case TrackerEvent.AccessRenewed e:
                _renewals.Answer(e.Attempt, e.IsDone, now);
                break;
            case TrackerEvent.Expired e:
                _sweeps.Take(e.Jobs, now, effects);
                break;
            case TrackerEvent.Purged e:
                _sweeps.Answer(e.Left, now, effects);
                break;
            case TrackerEvent.RoomChanged e:
                _hasRoom = e.HasRoom;
                break;
            case TrackerEvent.Configured e:
                Configure(e.Pools);
                break;
            case TrackerEvent.Drain:
                Drain(now, effects);
                break;
            case TrackerEvent.Tick:
                break;
            default:
                TakeAttemptEvent(happened, now, effects);
                break;
        }

        PassTime(now, effects);
        Plan(now, effects);
    }

    private void Load(IReadOnlyList<Job> jobs, Now now, List<TrackerEffect> effects)
    {
        foreach (var job in jobs)
        {
            At = job.Id;
            if (_jobs.Find(job.Id) is not null)
            {
                Change(job, mayBeNew: false, now, effects);
            }
            else
            {
                Add(job, isNew: false, now, effects);
            }
        }

        At = null;
        _isLoaded = true;
        _listings.AskAll(effects);
        _renewals.Begin(now);
        _nextReconcile = now.Steady + _settings.ReconcilePeriod;
    }

    private void Change(Job job, bool mayBeNew, Now now, List<TrackerEffect> effects)
    {
        At = job.Id;
        if (_setAside.Takes(job.Id))
        {
            SetAside(job, now, effects);
            return;
        }

        if (_jobs.Find(job.Id) is not { } tracked)
        {
            // Without an attempt it is new, at whichever revision the feed begins; if it has ended, the store refuses what is decided here.
            // Anything else about a job that is not tracked is older than its end.
            if (mayBeNew && job.LastAttempt == 0)
            {
                Add(job, isNew: true, now, effects);
            }

            return;
        }

        if (job.Revision > tracked.Job.Revision)
        {
            Record(tracked, job, now, effects);
        }
    }

    private void Add(Job job, bool isNew, Now now, List<TrackerEffect> effects)
    {
        if (job.State.IsFinal())
        {
            return;
        }

        if (_setAside.Takes(job.Id))
        {
            SetAside(job, now, effects);
            return;
        }

        if (isNew)
        {
            _observer?.Submitted(job);
        }
        else
        {
            _observer?.Found(job);
        }

        var tracked = new TrackedJob(job);
        _jobs.Add(tracked);
        tracked.SettleTimes(before: null, isFound: !_isLoaded, now, _settings.LongestPause);
        _dependencies.Begin(tracked);
        Schedule(tracked);
        _jobs.OpenAttempt(tracked, _listings.Last, now, isFound: !_isLoaded);
        tracked.Attempt?.MayHaveBeenStopped = !isNew && job.CancelRequestedAt is not null;
        Advance(tracked, now, effects);
    }

    /// <summary>A job has a newer revision on record.</summary>
    private void Record(TrackedJob tracked, Job job, Now now, List<TrackerEffect> effects)
    {
        var before = tracked.Job;
        _observer?.Changed(before, job);
        tracked.Job = job;
        tracked.SettleTimes(before, isFound: false, now, _settings.LongestPause);
        if (job.State is not JobState.Queued)
        {
            tracked.Unsettled = null;
        }

        if (before.State != job.State || before.CancelRequestedAt != job.CancelRequestedAt || before.LastAttempt != job.LastAttempt || before.HeldAt != job.HeldAt)
        {
            Schedule(tracked);
        }

        if (job.State is not JobState.Queued)
        {
            _dependencies.Leave(tracked);
        }

        if (tracked.Attempt is { } attempt && (job.OpenAttempt is null || job.OpenAttempt.Number != attempt.Name.Attempt.Number))
        {
            // Its end is on record: only now may its containers go.
            _cleanups.Add(attempt.Name, attempt.Machine, hasEnded: attempt.End is not null, now, effects);
            tracked.Attempt = null;
        }

        if (job.State.IsFinal())
        {
            _jobs.Remove(job.Id);
            _wakes.Remove(tracked);
            Release(_dependencies.End(job.Id, job, now), now, effects);
            return;
        }

        _jobs.OpenAttempt(tracked, _listings.Last, now);
        Advance(tracked, now, effects);
    }

    /// <summary>What these waited for has ended.</summary>
    private void Release(IReadOnlyList<TrackedJob> waiting, Now now, List<TrackerEffect> effects)
    {
        foreach (var tracked in waiting)
        {
            At = tracked.Job.Id;
            Schedule(tracked);
            Advance(tracked, now, effects);
        }
    }

    /// <summary>While a start is asked for, or it is not known whether it applied, its slot stays taken: what is known of the job may be from before.</summary>
    private void Schedule(TrackedJob tracked)
    {
        if (!tracked.MayBeStarting)
        {
            _fold.Apply(tracked.Job, tracked.IsReady, tracked.PutOffUntil);
        }
    }

    private void See(ContainerObservation container, Now now, List<TrackerEffect> effects)
    {
        if (_jobs.Find(container.Attempt) is { } tracked)
        {
            At = tracked.Job.Id;
            tracked.Attempt!.See(container);
            Advance(tracked, now, effects);
        }
    }

    private void Compare(TrackerEvent.Listed listed, Now now, List<TrackerEffect> effects)
    {
        foreach (var tracked in _comparison.Compare(listed, now, effects))
        {
            Advance(tracked, now, effects);
        }

        _listings.Answer(listed.Machine, listed.Number, effects);
    }

    private void TakeAttemptEvent(TrackerEvent happened, Now now, List<TrackerEffect> effects)
    {
        if (AttemptEvents.NameOf(happened) is { } name && _jobs.Find(name) is { } tracked)
        {
            At = tracked.Job.Id;
            AttemptEvents.Take(tracked.Attempt!, happened, now, _settings, _listings, effects);
            Advance(tracked, now, effects);
        }
    }

    private void Drain(Now now, List<TrackerEffect> effects)
    {
        _isDraining = true;
        if (!_settings.DrainsToQueue)
        {
            _cleanups.KeepNothing(effects);
        }

        foreach (var tracked in _jobs.All.ToList())
        {
            Advance(tracked, now, effects);
        }
    }

    private void PassTime(Now now, List<TrackerEffect> effects)
    {
        while (_wakes.TryTake(now, out var job))
        {
            if (_jobs.Find(job) is { } tracked)
            {
                tracked.WakesAt = null;
                Advance(tracked, now, effects);
            }
        }

        At = null;
        _setAside.PassTime(now, effects);
        _cleanups.PassTime(now, effects);
        _sweeps.PassTime(now, effects);
        _renewals.PassTime(now, effects);
        if (now.Steady >= _nextReconcile)
        {
            _nextReconcile = now.Steady + _settings.ReconcilePeriod;
            _listings.AskAll(effects);
            _scheduler.LookAgain();
            foreach (var tracked in _jobs.WithAttempt())
            {
                Advance(tracked, now, effects);
            }
        }
    }

    private void Advance(TrackedJob tracked, Now now, List<TrackerEffect> effects)
    {
        At = tracked.Job.Id;
        _rules.Advance(tracked, _isDraining, now, effects);
    }
}
