using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Scheduling.Queues;

/// <summary>One user in one pool: what waits, what is in use, and what has been used.</summary>
internal sealed class UserLine(string name)
{
    public string Name => name;

    /// <summary>The waiting jobs, by shape; none is empty.</summary>
    public List<ShapeLine> Lines { get; } = [];

    /// <summary>What the open attempts were given.</summary>
    public Resources Used { get; set; }

    /// <summary>How many attempts are open.</summary>
    public int Open { get; set; }

    /// <summary>What the open attempts cost, in millionths of what the pool can have.</summary>
    public long Running { get; set; }

    /// <summary>The weighed use, that of open attempts included as far as it is charged in advance.</summary>
    public Int128 Use { get; set; }

    /// <summary>Since when a job has waited without a break; null while none waits.</summary>
    public DateTimeOffset? WaitsSince { get; private set; }

    /// <summary>When the newest of the attempts began that are open or have ended.</summary>
    public DateTimeOffset LastStart { get; set; } = DateTimeOffset.MinValue;

    /// <summary>When the newest of the attempts began that have ended.</summary>
    public DateTimeOffset LastEnded { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Since when the user has had a job that waits and has got no start; null while no job waits.</summary>
    public DateTimeOffset? TurnSince => WaitsSince < LastStart ? LastStart : WaitsSince;

    /// <summary>A job waits since then; or, without a time, none does any more.</summary>
    public void Wait(DateTimeOffset? since) => WaitsSince = since is null || !(WaitsSince <= since) ? since : WaitsSince;

    /// <summary>The waiting jobs of a shape; null if none waits.</summary>
    public ShapeLine? LineOf(Shape shape)
    {
        foreach (var line in Lines)
        {
            if (line.Shape == shape)
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>Whether nothing waits and nothing is open: then only the use is left to remember.</summary>
    public bool IsIdle => Lines.Count == 0 && Open == 0;

    /// <summary>Whether a job waits that could start if there were room.</summary>
    public bool IsEligible
    {
        get
        {
            foreach (var line in Lines)
            {
                if (line.Shape.IsEligible)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The first waiting job, in the user's own order, that may start now; null if none may.</summary>
    public (ShapeLine Line, long Key)? FirstThatMayFit()
    {
        (ShapeLine Line, long Key)? first = null;
        foreach (var line in Lines)
        {
            if (line.MayFit && (first is null || line.Keys.First < first.Value.Key))
            {
                first = (line, line.Keys.First);
            }
        }

        return first;
    }

    /// <summary>The first waiting job, in the user's own order, that nothing but room keeps from starting; null if there is none.</summary>
    public (ShapeLine Line, long Key)? FirstThatWaitsForRoom(PoolQueue pool)
    {
        (ShapeLine Line, long Key)? first = null;
        foreach (var line in Lines)
        {
            var shape = line.Shape;
            if ((first is null || line.Keys.First < first.Value.Key)
                && shape.IsEligible && pool.Facts.Most.Allows(pool.Used, pool.Open, shape.Total) && pool.Facts.PerUser.Allows(Used, Open, shape.Total))
            {
                first = (line, line.Keys.First);
            }
        }

        return first;
    }
}
