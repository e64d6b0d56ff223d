using Orca.Training.Jobs.Storage;

namespace Orca.Training.Sqlite;

/// <summary>
/// Who decides, within the one host that there can be: only the term has to outlive it. A host that starts finds the lease free,
/// since the one before has ended.
/// </summary>
internal sealed class HeldLease(long term)
{
    private readonly Lock _lock = new();
    private string? _holder;
    private long _term = term;
    private long _endsAt;

    public Fence Current
    {
        get
        {
            lock (_lock)
            {
                return new Fence(_term);
            }
        }
    }

    /// <summary>Renews the holder's lease. False if somebody else may have it now, which has to be recorded first.</summary>
    /// <param name="holder">Who asks.</param>
    /// <param name="now">Ticks of a clock that is never set back.</param>
    /// <param name="duration">In the same ticks.</param>
    /// <param name="fence">The term; null while another's lease holds.</param>
    public bool TryAnswer(string holder, long now, long duration, out Fence? fence)
    {
        lock (_lock)
        {
            fence = null;
            if (_holder == holder)
            {
                _endsAt = now + duration;
                fence = new Fence(_term);
                return true;
            }

            return _holder is not null && now < _endsAt;
        }
    }

    /// <summary>A new holder, whose term has been recorded.</summary>
    public void Give(string holder, long term, long endsAt)
    {
        lock (_lock)
        {
            (_holder, _term, _endsAt) = (holder, term, endsAt);
        }
    }

    public void Release(Fence fence)
    {
        lock (_lock)
        {
            if (fence.Term == _term)
            {
                _holder = null;
            }
        }
    }
}
