using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Scheduling;

/// <summary>To start a job on a machine.</summary>
internal readonly record struct Placement(JobId Job, int Attempt, string Machine)
{
    /// <summary>What each of its containers is given.</summary>
    public Resources EachRank { get; init; }
}

/// <summary>What a machine offers to the scheduler.</summary>
internal readonly record struct MachineOffer(string Name, Resources Total);

/// <summary>
/// Decides which job starts next, and where: a fold over the recorded changes. The queue is plain: oldest job first, and nobody
/// overtakes the one in front. Pure: the same changes and times give the same plans.
/// </summary>
/// <param name="machines">The machines, in the order in which they are filled.</param>
/// <param name="policy">What fits.</param>
/// <param name="needsOfRank">What each container of a request would be given now.</param>
internal sealed class Scheduler(IReadOnlyList<MachineOffer> machines, ICapacityPolicy policy, Func<TrainingRequest, Resources> needsOfRank)
{
    // A policy that throws whatever it is asked must not be asked about all that wait, with each plan.
    private const int MostFailures = 8;

    // All that wait are in one of the four sets: those whose time has not come, those about which the policy threw, and those that no machine
    // could start even if it were empty, stand beside the queue, so that no plan walks past them.
    private readonly Dictionary<JobId, Waiting> _waiting = [];
    private readonly RankedSet _queue = new();
    private readonly SortedSet<(TimeSpan NotBefore, JobId Job)> _putOff = [];
    private readonly HashSet<JobId> _doubtful = [];
    private readonly HashSet<JobId> _misfits = [];
    private bool _hasMachinesChanged;
    private readonly Dictionary<JobId, Placed> _placed = [];
    private readonly Inventory[] _inventories = [.. machines.Select(m => new Inventory(m.Name, m.Total, default, 0, 0))];
    private bool _changed = true;
    private readonly bool[] _isAway = new bool[machines.Count];
    private Exception? _policyFailure;
    private List<(JobId Job, string? Reason)>? _unplaceable;

    /// <summary>The next moment, by the steady clock, at which a plan can differ without any change; null for none.</summary>
    public TimeSpan? NextLook => _putOff.Count > 0 ? _putOff.Min.NotBefore : null;

    /// <summary>What each machine has given away.</summary>
    public IReadOnlyList<Inventory> Inventories => _inventories;

    /// <summary>Takes in a job as recorded.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isReady">Whether nothing but room is missing for its start; a job that waits for others, or is held, holds up nobody.</param>
    /// <param name="putOffUntil">When its time comes, by the steady clock; null if that has nothing to do with it.</param>
    public void Apply(Job job, bool isReady = true, TimeSpan? putOffUntil = null)
    {
        _changed = true;
        var given = _placed.TryGetValue(job.Id, out var placed) ? placed.Resources : default(Resources?);
        Free(job.Id);
        Forget(job.Id);
        if (job is { State: JobState.Queued, CancelRequestedAt: null, HeldAt: null })
        {
            if (isReady)
            {
                Enqueue(new Waiting(job, putOffUntil));
            }
        }
        else if (job is { State: JobState.Launching or JobState.Running, OpenAttempt: { } attempt })
        {
            // A machine that the host no longer has: nothing here to count against.
            if (IndexOf(attempt.Machine) is >= 0 and var machine)
            {
                // What its algorithm needs may have changed since; what it was given has not.
                Take(job.Id, machine, GivenTo(job, attempt) ?? given ?? NeedsOf(job.Request), job.State is JobState.Running);
            }
        }
    }

    /// <summary>A machine has this much in all.</summary>
    public void Offer(string machine, Resources total)
    {
        if (IndexOf(machine) is >= 0 and var index && _inventories[index].Total != total)
        {
            _changed = _hasMachinesChanged = true;
            _inventories[index] = _inventories[index] with { Total = total };
        }
    }

    /// <summary>A placement that was planned did not come about; the job will be applied anew if it still waits.</summary>
    public void Release(JobId job)
    {
        _changed = true;
        Free(job);
    }

    /// <summary>The next job to start now, or null; it is taken as placed until it is applied or released. Ask until there is none.</summary>
    public Placement? PlanNext(TimeSpan now)
    {
        BringBack(now);
        LookAtMisfits();
        for (var failures = 0; _changed && _queue.Count > 0 && failures < MostFailures;)
        {
            var job = _waiting[new JobId(_queue.First)].Job;
            var each = needsOfRank(job.Request);
            var resources = each * job.Request.Workers;
            try
            {
                if (FirstThatFits(resources) is >= 0 and var machine)
                {
                    Forget(job.Id);
                    Take(job.Id, machine, resources, running: false);
                    return new Placement(job.Id, job.LastAttempt + 1, _inventories[machine].Machine) { EachRank = each };
                }

                if (WhyNowhere(resources) is not { Reason: { } reason })
                {
                    break;
                }

                // Whoever cannot start on machines as they are must not hold up those behind.
                _queue.Remove(job.Id.Value);
                _misfits.Add(job.Id);
                (_unplaceable ??= []).Add((job.Id, reason));
            }
#pragma warning disable CA1031 // The policy is the host's own code: what it throws costs the job that it was asked about, and no other.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _policyFailure = e;
                failures++;
                _queue.Remove(job.Id.Value);
                _doubtful.Add(job.Id);
            }
        }

        _changed = false;
        return null;
    }

    /// <summary>What has changed about jobs that no machine could start even if it were empty: why, or null for one that fits again.</summary>
    public IReadOnlyList<(JobId Job, string? Reason)> TakeUnplaceable()
    {
        var found = _unplaceable;
        _unplaceable = null;
        return found ?? (IReadOnlyList<(JobId, string?)>)[];
    }

    /// <summary>The next plan is made although nothing changed: what a policy threw may have passed, and it is asked again.</summary>
    public void LookAgain()
    {
        _changed = _hasMachinesChanged = true;
        foreach (var job in _doubtful)
        {
            _queue.Add(job.Value);
        }

        _doubtful.Clear();
    }

    /// <summary>Whether a machine answers. One that does not is chosen only where no other has room.</summary>
    public void Reach(string machine, bool isReached)
    {
        if (IndexOf(machine) is >= 0 and var index && _isAway[index] == isReached)
        {
            _isAway[index] = !isReached;
            _changed = true;
        }
    }

    /// <summary>What the policy threw since this was last asked; null if nothing.</summary>
    public Exception? TakePolicyFailure()
    {
        var failure = _policyFailure;
        _policyFailure = null;
        return failure;
    }

    private void Enqueue(Waiting waiting)
    {
        var job = waiting.Job;
        // Asked anew by each plan, since settings change; what throws here never comes into the queue, where it would hold up all others.
        _ = needsOfRank(job.Request);
        _waiting.Add(job.Id, waiting);
        if (waiting.NotBefore is { } notBefore)
        {
            _putOff.Add((notBefore, job.Id));
        }
        else if (job.IsMisfit)
        {
            // As a decider before this one found: whether it is so still shows when machines have said what they have.
            _misfits.Add(job.Id);
            _hasMachinesChanged = true;
        }
        else
        {
            _queue.Add(job.Id.Value);
        }
    }

    private void Forget(JobId job)
    {
        if (_waiting.Remove(job, out var waiting))
        {
            _queue.Remove(job.Value);
            _doubtful.Remove(job);
            _misfits.Remove(job);
            if (waiting.NotBefore is { } notBefore)
            {
                _putOff.Remove((notBefore, job));
            }
        }
    }

    /// <summary>Jobs whose time has come wait in the queue again, at their old places.</summary>
    private void BringBack(TimeSpan now)
    {
        while (_putOff.Count > 0 && _putOff.Min is var (at, job) && at <= now)
        {
            _putOff.Remove((at, job));
            _queue.Add(job.Value);
            _changed = true;
        }
    }

    /// <summary>Machines, settings or the policy's mind may have changed since: whoever fits now on one that is empty waits in the queue again.</summary>
    private void LookAtMisfits()
    {
        if (!_hasMachinesChanged)
        {
            return;
        }

        _hasMachinesChanged = false;
        foreach (var id in _misfits.Order().ToList())
        {
            try
            {
                var (isKnown, reason) = WhyNowhere(NeedsOf(_waiting[id].Job.Request));
                if (isKnown)
                {
                    (_unplaceable ??= []).Add((id, reason));
                }

                if (isKnown && reason is null)
                {
                    _misfits.Remove(id);
                    _queue.Add(id.Value);
                    _changed = true;
                }
            }
#pragma warning disable CA1031 // The policy is the host's own code. What it throws is asked again at the next look.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _policyFailure = e;
                return;
            }
        }
    }

    private int FirstThatFits(Resources resources)
    {
        foreach (var isAway in (ReadOnlySpan<bool>)[false, true])
        {
            for (var i = 0; i < _inventories.Length; i++)
            {
                if (_isAway[i] == isAway && policy.Fits(resources, _inventories[i]).Fits)
                {
                    return i;
                }
            }
        }

        return -1;
    }

    /// <summary>Why it would fit on no machine even if that were empty; null if it would. Not known while a machine did not say what it has.</summary>
    private (bool IsKnown, string? Reason) WhyNowhere(Resources resources)
    {
        var isKnown = true;
        List<string>? reasons = null;
        foreach (var inventory in _inventories)
        {
            var answer = policy.Fits(resources, inventory with { Used = default, Launching = 0, Running = 0 });
            if (answer.Fits)
            {
                return (true, null);
            }

            isKnown &= inventory.Total != default;
            (reasons ??= []).Add($"'{inventory.Machine}': {answer.Reason}");
        }

        return isKnown && reasons is not null ? (true, string.Join("; ", reasons)) : (false, null);
    }

    private Resources NeedsOf(TrainingRequest request) => needsOfRank(request) * request.Workers;

    private static Resources? GivenTo(Job job, Attempt attempt) =>
        attempt.Given is { } each ? new Resources(each.Cpus, each.MemoryBytes, each.Gpus) * job.Request.Workers : null;

    private void Take(JobId job, int machine, Resources resources, bool running)
    {
        _placed[job] = new Placed(machine, resources, running);
        Count(machine, resources, running, 1);
    }

    private int IndexOf(string machine)
    {
        for (var i = 0; i < _inventories.Length; i++)
        {
            if (_inventories[i].Machine == machine)
            {
                return i;
            }
        }

        return -1;
    }

    private void Free(JobId job)
    {
        if (_placed.Remove(job, out var placed))
        {
            Count(placed.Machine, placed.Resources, placed.Running, -1);
        }
    }

    private void Count(int index, Resources resources, bool running, int sign)
    {
        ref var inventory = ref _inventories[index];
        inventory = inventory with
        {
            Used = sign > 0 ? inventory.Used + resources : inventory.Used - resources,
            Launching = inventory.Launching + (running ? 0 : sign),
            Running = inventory.Running + (running ? sign : 0),
        };
    }

    private readonly record struct Waiting(Job Job, TimeSpan? NotBefore);

    private readonly record struct Placed(int Machine, Resources Resources, bool Running);
}
