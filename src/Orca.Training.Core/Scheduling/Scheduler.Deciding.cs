using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Deciding;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Queues;
using Orca.Training.Scheduling.Rooms;

namespace Orca.Training.Scheduling;

/// <summary>What is to be done next.</summary>
internal sealed partial class Scheduler
{
    // A policy that throws whatever it is asked must not be asked about every shape that waits, in each round.
    private const int MostFailures = 8;
    private int _failures;

    // The hour in which use was last weighed anew where that was due; null if that has to be looked at.
    private long? _weighedIn;

    // Whether a machine has something else since reservations were last looked at.
    private bool _hasOffered;

    /// <summary>The next decision; null if there is none until something happens. It is taken with <see cref="Take(Decision, Now)"/>.</summary>
    public Decision? Next(Now now)
    {
        PassTime(now);
        if (_failures < MostFailures && (DropVainReservations() ?? LookAtNew()) is { } threw)
        {
            return threw;
        }

        while (_failures < MostFailures && FirstUnsettled(now.Wall) is { } pool)
        {
            if (NextOf(pool, now.Wall) is { } decision)
            {
                return decision;
            }

            pool.IsSettled = true;
        }

        _failures = 0;
        return NextToTell();
    }

    /// <summary>A decision counts from now on, until the record says what became of it.</summary>
    public void Take(Decision decision, Now now)
    {
        switch (decision)
        {
            case Decision.Start start:
                var (line, key) = _waiting[start.Job];
                var shape = line.Shape;
                Forget(start.Job);
                Place(
                    new JobFacts(start.Job, shape.Pool.Name, line.User.Name)
                    {
                        Demand = shape.Key.Demand,
                        Algorithm = shape.Key.Algorithm,
                        RunLimit = shape.Key.RunLimit,
                    },
                    new PlacedFacts(start.Machine, now.Wall) { CostRate = start.CostRate });
                if (_placed[start.Job].Room is { Reserved: not null } room)
                {
                    // It may end later than what the machine is waited for: what ends before that time, as it is now, may go first.
                    Release(room);
                }

                break;
            case Decision.Reserve reserve:
                var waiting = _waiting[reserve.Job];
                Find(reserve.Machine)!.Reserved = new Reservation(waiting.Line, waiting.Key);
                break;
            case Decision.Tell tell:
                if (_waiting.TryGetValue(tell.Job, out var told))
                {
                    if (tell.Reason is { } reason)
                    {
                        told.Line.Shape.Told[tell.Job] = reason;
                    }
                    else
                    {
                        told.Line.Shape.Told.Remove(tell.Job);
                    }
                }

                break;
            case Decision.PolicyThrew threw:
                _failures++;
                _waiting[threw.Job].Line.Shape.IsDoubtful = true;
                break;
        }
    }

    /// <summary>What is due by now counts from now on: times that have come, refusals that are over, use that is charged.</summary>
    public void PassTime(Now now)
    {
        while (_putOff.Count > 0 && _putOff.Min is var (at, job) && at <= now.Steady)
        {
            var later = _later[job];
            Forget(job);
            Enqueue(later.Facts, later.Since, toldMisfit: null);
        }

        foreach (var room in _rooms)
        {
            if (room.NextRefusalEnd <= now.Steady && room.ForgetRefusals(now.Steady))
            {
                Release(room);
            }

            if (room.Reserved is { Promise: { } promise } reserved && promise.Start < now.Wall)
            {
                // The time has come and gone, so the machine is waited for until another one.
                reserved.Promise = null;
                Release(room);
            }
        }

        if (_weighedIn != Usage.Decay.HourOf(now.Wall))
        {
            // Weights are constant within an hour.
            _weighedIn = Usage.Decay.HourOf(now.Wall);
            _charges.WeighAnew(_pools.Values, _placed, now.Wall);
        }

        while (_charges.TryTakeDue(now.Wall, out var due))
        {
            if (_placed.TryGetValue(due.Job, out var placed) && ReferenceEquals(placed, due.Placed))
            {
                var longer = placed with { PaidUntil = placed.PaidUntil + (placed.PaidUntil - placed.Begun) };
                _charges.Settle(placed, endedAt: null);
                _charges.Pay(due.Job, longer);
                _placed[due.Job] = longer;
                if (placed.Room is { } room)
                {
                    room.Prolong(due.Job, longer);
                    if (room.Reserved is not null)
                    {
                        // The job for which it is being emptied starts later than was thought: what ends before that may go first.
                        Release(room);
                    }
                }
            }
        }
    }

    private Decision? NextOf(PoolQueue pool, DateTimeOffset now)
    {
        while (FirstThatMayFit(pool, now) is { } candidate)
        {
            var (line, key) = (candidate.Line, candidate.Key);
            var shape = line.Shape;
            if (!pool.Facts.Most.Allows(pool.Used, pool.Open, shape.Total))
            {
                shape.Limit();
                if (candidate.Reservation is { } reserved)
                {
                    reserved.NoRoomSince = pool.Releases;
                }
            }
            else if (!pool.Facts.PerUser.Allows(line.User.Used, line.User.Open, shape.Total))
            {
                Block(candidate, line: true);
            }
            else
            {
                try
                {
                    if (_placer.Find(shape, key, now) is { } room)
                    {
                        return (Decision?)ReservationBefore(candidate, room, now) ?? StartOn(room, candidate);
                    }

                    Block(candidate, line: false);
                }
#pragma warning disable CA1031 // The policy is the host's own code: what it throws costs the jobs that it was asked about, and no others.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    return new Decision.PolicyThrew(OrderKey.JobOf(key), e);
                }
            }
        }

        return null;
    }

    private static Decision.Start StartOn(Room room, in Candidate candidate)
    {
        var shape = candidate.Line.Shape;
        return new Decision.Start(OrderKey.JobOf(candidate.Key), room.Name)
        {
            Given = shape.Key.Demand,
            Pool = shape.Pool.Name,
            CostRate = CostRateOf(shape.Pool, shape.Total),
        };
    }

    /// <summary>
    /// A job that comes before the candidate, for which this machine has no room now, would wait for ever if whatever is smaller went first: the machine
    /// where it can start soonest is emptied for it.
    /// </summary>
    private Decision.Reserve? ReservationBefore(in Candidate candidate, Room room, DateTimeOffset now)
    {
        if (room.Reserved is not null)
        {
            return null;
        }

        var own = candidate.Line.Shape.Pool;
        var turn = TurnOf(own, now);
        foreach (var pool in room.Pools)
        {
            if (pool.Waiting == 0 || (pool != own && TurnOf(pool, now).CompareTo(turn) >= 0)
                || LineUpOf(pool, now).Head is not { } head || head.Line.Keys == candidate.Line.Keys || (pool == own && !IsBefore(head, candidate)))
            {
                continue;
            }

            var shape = head.Line.Shape;
            if (pool.Rooms.Exists(r => r.Reserved?.Key == head.Key && r.Reserved.Line == head.Line) || !_placer.CouldFit(room, shape)
                || _placer.ObstacleOn(room, shape, head.Key, now) is null)
            {
                continue;
            }

            var soonest = pool.Rooms.Where(r => r.Reserved is null && !r.IsClosed && !r.IsAway && _placer.CouldFit(r, shape))
                .MinBy(r => (_placer.EarliestStart(r, shape, now), r.Place));
            if (soonest is not null)
            {
                return new Decision.Reserve(OrderKey.JobOf(head.Key), soonest.Name);
            }
        }

        return null;
    }

    private static bool IsBefore(in Candidate head, in Candidate candidate) =>
        head.Line.User != candidate.Line.User ? head.Turn.CompareTo(candidate.Turn) < 0 : head.Key < candidate.Key;

    /// <summary>A machine that has become too small for the job for which it was being emptied is emptied for it no longer.</summary>
    private Decision.PolicyThrew? DropVainReservations()
    {
        foreach (var room in _hasOffered ? _rooms : [])
        {
            if (room.Reserved is not { } reserved || reserved.Line.Shape.IsDoubtful)
            {
                continue;
            }

            try
            {
                if (!_placer.CouldFit(room, reserved.Line.Shape))
                {
                    room.Reserved = null;
                    Release(room);
                }
            }
#pragma warning disable CA1031 // As above.
            catch (Exception e)
#pragma warning restore CA1031
            {
                return new Decision.PolicyThrew(reserved.Job, e);
            }
        }

        _hasOffered = false;
        return null;
    }

    /// <summary>
    /// Finds out which of the shapes that came or were reopened fit nowhere: of all pools, before any of them is put in order, since that decides whose
    /// turn it is.
    /// </summary>
    private Decision.PolicyThrew? LookAtNew()
    {
        foreach (var pool in _pools.Values)
        {
            if (pool.HasNewShapes && LookAtNew(pool) is { } threw)
            {
                return threw;
            }
        }

        return null;
    }

    private Decision.PolicyThrew? LookAtNew(PoolQueue pool)
    {
        foreach (var shape in pool.Shapes)
        {
            if (shape.IsLookedAt || shape.IsDoubtful)
            {
                continue;
            }

            try
            {
                Judge(shape);
            }
#pragma warning disable CA1031 // As above.
            catch (Exception e)
#pragma warning restore CA1031
            {
                return new Decision.PolicyThrew(FirstOf(shape), e);
            }
        }

        pool.HasNewShapes = false;
        return null;
    }

    /// <summary>Finds out why a shape fits nowhere, if it does; all that wait of it have to be told when that changes.</summary>
    private void Judge(Shape shape)
    {
        var (isKnown, reason) = _placer.WhyNowhere(shape);
        shape.IsLookedAt = true;
        if (isKnown && shape.Judge(reason))
        {
            foreach (var key in LinesOf(shape).SelectMany(l => l.Keys.After(long.MinValue)))
            {
                _untold.Enqueue((OrderKey.JobOf(key), shape));
            }
        }
    }

    private static JobId FirstOf(Shape shape) => OrderKey.JobOf(LinesOf(shape).Min(l => l.Keys.First));

    private static IEnumerable<ShapeLine> LinesOf(Shape shape) => shape.Pool.Active.SelectMany(u => u.Lines).Where(l => l.Shape == shape);

    private Decision.Tell? NextToTell()
    {
        while (_untold.TryPeek(out var next))
        {
            if (_waiting.TryGetValue(next.Job, out var waiting) && waiting.Line.Shape == next.Shape && next.Shape.IsJudged
                && next.Shape.Told.GetValueOrDefault(next.Job) != next.Shape.Misfit)
            {
                return new Decision.Tell(next.Job, next.Shape.Misfit);
            }

            _untold.Dequeue();
        }

        return null;
    }
}
