using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Scheduling.Queues;

/// <summary>What jobs have in common that are alike to the scheduler: whether one of them fits somewhere is asked once for all of them.</summary>
internal readonly record struct ShapeKey(string Algorithm, Demand Demand, TimeSpan? RunLimit);

/// <summary>All waiting jobs of a pool that are alike, as one.</summary>
internal sealed class Shape(PoolQueue pool, ShapeKey key)
{
    private long _blockedSince = -1;
    private string? _lastReason;

    public PoolQueue Pool => pool;

    public ShapeKey Key => key;

    /// <summary>What an attempt needs in all.</summary>
    public Resources Total { get; } = key.Demand.Total;

    /// <summary>How many jobs wait.</summary>
    public int Waiting { get; set; }

    /// <summary>Whether it has been found out, as far as it can be, whether a machine could start it if the machine were empty.</summary>
    public bool IsLookedAt { get; set; }

    /// <summary>Whether it is known whether a machine could start it if the machine were empty.</summary>
    public bool IsJudged { get; private set; }

    /// <summary>Why no machine could start it even if the machine were empty; null if one could, or if that is not known.</summary>
    public string? Misfit { get; private set; }

    /// <summary>What one of its jobs is expected to cost if it starts in this hour; null if that has not been worked out.</summary>
    public (long Hour, TimeSpan Expected, Int128 Value)? Cost { get; set; }

    /// <summary>Whether it was found to fit nowhere when that was last known.</summary>
    public bool HasBeenMisfit => _lastReason is not null;

    /// <summary>Whether the policy threw when it was asked about it: it is asked again when everything is looked at again.</summary>
    public bool IsDoubtful
    {
        get;
        set
        {
            field = value;
            pool.Change();
        }
    }

    /// <summary>Whether one of its jobs could start if there were room.</summary>
    public bool IsEligible => Misfit is null && !IsDoubtful;

    /// <summary>Whether it may fit now: nothing has been found against it since room was last given back.</summary>
    public bool MayFit => IsEligible && _blockedSince < pool.Releases;

    /// <summary>What has been told about its jobs: why they fit nowhere.</summary>
    public Dictionary<JobId, string> Told { get; } = [];

    /// <summary>It is known why it fits nowhere, or, without a reason, that it fits.</summary>
    /// <returns>Whether its jobs have been told otherwise, or nothing.</returns>
    public bool Judge(string? reason)
    {
        var isNews = reason != _lastReason || (reason is null && Told.Count > 0);
        (IsJudged, Misfit, _lastReason) = (true, reason, reason);
        pool.Change();
        return isNews;
    }

    /// <summary>Everything is to be looked at again.</summary>
    public void Reopen() => (IsLookedAt, IsJudged, IsDoubtful, Misfit) = (false, false, false, null);

    /// <summary>The count of releases when no machine had room for it, so that only machines released since need be asked; -1 while that is not known.</summary>
    public long NoRoomSince { get; private set; } = -1;

    /// <summary>The pool's limit leaves none, until room is given back.</summary>
    public void Limit() => _blockedSince = pool.Releases;

    /// <summary>No machine has room for it, until room is given back.</summary>
    public void Block() => NoRoomSince = _blockedSince = pool.Releases;
}
