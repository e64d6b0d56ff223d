using Orca.Training.Scheduling.Queues;

namespace Orca.Training.Scheduling;

/// <summary>Whose turn it is: pools on the machines that they share, and users in a pool.</summary>
internal sealed partial class Scheduler
{
    private PoolQueue? FirstUnsettled(DateTimeOffset now)
    {
        (PoolQueue Pool, Turn Turn)? first = null;
        foreach (var pool in _pools.Values)
        {
            if (pool.IsSettled || pool.Waiting == 0)
            {
                continue;
            }

            if (!MayStartAny(pool, now))
            {
                pool.IsSettled = true;
            }
            else if (TurnOf(pool, now) is var turn && (first is null || turn.CompareTo(first.Value.Turn) < 0))
            {
                first = (pool, turn);
            }
        }

        return first?.Pool;
    }

    /// <summary>Whether anything of a pool may start now. What finds no room is not looked at again until room is given back, user by user least of all.</summary>
    private bool MayStartAny(PoolQueue pool, DateTimeOffset now)
    {
        var any = false;
        foreach (var shape in pool.Shapes)
        {
            if (!shape.MayFit)
            {
                continue;
            }

            if (!pool.Facts.Most.Allows(pool.Used, pool.Open, shape.Total))
            {
                shape.Limit();
                continue;
            }

            try
            {
                // A machine that is kept for one of them has room for that one alone, which is looked at by itself.
                if (_placer.Find(shape, OrderKey.None, now) is null)
                {
                    shape.Block();
                    continue;
                }
            }
#pragma warning disable CA1031 // The policy is the host's own code; it throws again, and is heard, when the shape's turn comes.
            catch (Exception)
#pragma warning restore CA1031
            {
                return true;
            }

            any = true;
        }

        return any || pool.Rooms.Exists(r => r.Reserved is { MayFit: true } reserved && reserved.Line.Shape.Pool == pool);
    }

    private static Turn TurnOf(PoolQueue pool, DateTimeOffset now)
    {
        if (pool.Rivals.Count == 0)
        {
            return new Turn(null, IsBelow: false, 0, pool.Name);
        }

        var weights = pool.Weight;
        foreach (var rival in pool.Rivals)
        {
            weights += rival.IsIdle ? 0 : rival.Weight;
        }

        return new Turn(LineUpOf(pool, now).OverdueSince, (Int128)pool.Running * weights < (Int128)1_000_000 * pool.Weight, pool.Use / pool.Weight, pool.Name);
    }

    private static Turn TurnOf(UserLine user, PoolQueue pool, int active, DateTimeOffset now) => new(
        user.TurnSince is { } since && now - since > pool.Facts.LongestTurn ? since : null,
        user.Running * active < 1_000_000,
        user.Use,
        user.Name);

    private static Candidate? FirstThatMayFit(PoolQueue pool, DateTimeOffset now)
    {
        Candidate? first = null;
        var active = LineUpOf(pool, now).Active;
        foreach (var user in pool.Active)
        {
            if (user.FirstThatMayFit() is { } job && TurnOf(user, pool, active, now) is var turn && (first is null || turn.CompareTo(first.Value.Turn) < 0))
            {
                first = new Candidate(job.Line, job.Key, turn);
            }
        }

        foreach (var room in pool.Rooms)
        {
            if (room.Reserved is { MayFit: true } reserved && reserved.Line.Shape.Pool == pool)
            {
                var candidate = new Candidate(reserved.Line, reserved.Key, TurnOf(reserved.Line.User, pool, active, now)) { Reservation = reserved };
                if (first is null || candidate.CompareTo(first.Value) < 0)
                {
                    first = candidate;
                }
            }
        }

        return first;
    }

    /// <summary>Does not look at a candidate again, or at those that are like it, until room is given back.</summary>
    private static void Block(in Candidate candidate, bool line)
    {
        var releases = candidate.Line.Shape.Pool.Releases;
        if (candidate.Reservation is { } reserved)
        {
            reserved.NoRoomSince = releases;
        }
        else if (line)
        {
            candidate.Line.LimitedSince = releases;
        }
        else
        {
            candidate.Line.Shape.Block();
        }
    }

    /// <summary>Whose turn it is in a pool; worked out where that has changed since it was last.</summary>
    private static LineUp LineUpOf(PoolQueue pool, DateTimeOffset now)
    {
        if (!pool.LineUp.Holds(pool.Changes, now))
        {
            pool.LineUp = LineUp(pool, now);
        }

        return pool.LineUp;
    }

    private static LineUp LineUp(PoolQueue pool, DateTimeOffset now)
    {
        var (active, overdue, left) = (0, default(DateTimeOffset?), DateTimeOffset.MaxValue - now);
        foreach (var user in pool.Active)
        {
            var isEligible = user.IsEligible;
            active += user.Open > 0 || isEligible ? 1 : 0;
            if (user.TurnSince is not { } since)
            {
                continue;
            }

            if (now - since <= pool.Facts.LongestTurn)
            {
                left = pool.Facts.LongestTurn - left < now - since ? pool.Facts.LongestTurn - (now - since) : left;
            }
            else if (isEligible && !(overdue <= since))
            {
                overdue = since;
            }
        }

        Candidate? first = null;
        foreach (var user in pool.Active)
        {
            if (user.FirstThatWaitsForRoom(pool) is { } job && TurnOf(user, pool, active, now) is var turn && (first is null || turn.CompareTo(first.Value.Turn) < 0))
            {
                first = new Candidate(job.Line, job.Key, turn);
            }
        }

        return new LineUp(pool.Changes, now, now + left, active, overdue, first);
    }
}
