using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Queues;
using Orca.Training.Scheduling.Reasons;

namespace Orca.Training.Scheduling;

/// <summary>Where a job stands, and why it waits. Nothing is changed by asking.</summary>
internal sealed partial class Scheduler
{
    /// <summary>
    /// One more than the number of jobs of its pool that would start before this one if each took as long as is expected of it, all fitted, and no others
    /// came. Where another user's jobs differ in size, they count by their mean.
    /// </summary>
    /// <param name="facts">The job; it need not wait here: it has the position that it would have.</param>
    /// <param name="now">Now.</param>
    public int PositionOf(in JobFacts facts, DateTimeOffset now) => StandingOf(facts, now).Position;

    /// <summary>Its position, how many jobs of the same user come before it, and how many other users have such jobs.</summary>
    public Standing StandingOf(in JobFacts facts, DateTimeOffset now)
    {
        if (!_pools.TryGetValue(facts.Pool, out var pool))
        {
            return new Standing(1, 0, 0);
        }

        var key = OrderKey.Of(facts.Job, facts.Priority);
        var own = pool.Find(facts.User);
        var tag = own?.Use ?? 0;
        var ownAhead = 0;
        foreach (var line in own?.Lines ?? [])
        {
            var ahead = line.Keys.CountBelow(key);
            ownAhead += ahead;
            tag += ahead * CostOf(line.Shape, now);
        }

        var (others, users) = (0L, 0);
        foreach (var user in pool.Active)
        {
            if (user != own && AheadOf(tag, facts.User, user, now) is > 0 and var ahead)
            {
                others += ahead;
                users++;
            }
        }

        return new Standing((int)Math.Min(int.MaxValue, 1 + ownAhead + others), ownAhead, users);
    }

    /// <summary>Why a job that waits has not started, the most hindering first.</summary>
    public IReadOnlyList<WaitReason> Explain(JobId job, Now now)
    {
        if (_later.TryGetValue(job, out var later))
        {
            return [WaitWords.PutOff(now.Wall + (later.NotBefore - now.Steady))];
        }

        if (!_waiting.TryGetValue(job, out var waiting))
        {
            return [];
        }

        var (line, key) = waiting;
        var shape = line.Shape;
        var pool = shape.Pool;
        if ((shape.IsLookedAt ? shape.Misfit : NowhereFor(shape)) is { } misfit)
        {
            return [WaitWords.Misfit(misfit)];
        }

        if (shape.IsDoubtful)
        {
            return [WaitWords.PolicyFailed];
        }

        var reasons = new List<WaitReason>();
        if (pool.Facts.Most.Broken(pool.Used, pool.Open, shape.Total) is { } most)
        {
            reasons.Add(WaitWords.PoolLimit(pool.Name, most));
        }

        if (pool.Facts.PerUser.Broken(line.User.Used, line.User.Open, shape.Total) is { } perUser)
        {
            reasons.Add(WaitWords.UserLimit(pool.Name, perUser));
        }

        foreach (var room in pool.Rooms)
        {
            if (_placer.ObstacleOn(room, shape, key, now.Wall) is { } code)
            {
                reasons.Add(WaitWords.On(room, shape, code, _placer, now));
            }
            else if (room.IsAway)
            {
                reasons.Add(WaitWords.Away(room.Name));
            }
        }

        var facts = new JobFacts(job, pool.Name, line.User.Name) { Priority = OrderKey.PriorityOf(key), Algorithm = shape.Key.Algorithm };
        if (StandingOf(facts, now.Wall) is { Position: > 1 } standing)
        {
            reasons.Add(WaitWords.NotYourTurn(standing));
        }

        // Those of equal weight stay in the order of the machines.
        return [.. reasons.OrderBy(r => r.Code)];
    }

    private string? NowhereFor(Shape shape) => _placer.WhyNowhere(shape) is (true, var reason) ? reason : null;

    /// <summary>How many waiting jobs of a user come before a job of another one.</summary>
    private long AheadOf(Int128 tag, string name, UserLine user, DateTimeOffset now)
    {
        var (count, cost) = (0L, (Int128)0);
        foreach (var line in user.Lines)
        {
            count += line.Keys.Count;
            cost += line.Keys.Count * CostOf(line.Shape, now);
        }

        var ahead = tag - user.Use;
        var winsTie = string.CompareOrdinal(user.Name, name) < 0;
        if (count == 0 || ahead < 0 || (ahead == 0 && !winsTie))
        {
            return 0;
        }

        var (whole, rest) = Int128.DivRem(ahead * count, cost);
        return (long)Int128.Min(count, whole + (rest > 0 || winsTie ? 1 : 0));
    }

    private Int128 CostOf(Shape shape, DateTimeOffset now)
    {
        var expected = _runTimes.Of(shape.Key.Algorithm);
        var hour = Usage.Decay.HourOf(now);
        if (shape.Cost is not { } cost || cost.Hour != hour || cost.Expected != expected)
        {
            var whole = _charges.CostOf(shape.Pool, CostRateOf(shape.Pool, shape.Total), now, expected);
            shape.Cost = cost = (hour, expected, Int128.Max(1, whole));
        }

        return cost.Value;
    }
}

/// <summary>Where a job stands in its pool.</summary>
/// <param name="Position">From 1.</param>
/// <param name="OwnAhead">How many of those before it are the same user's.</param>
/// <param name="UsersAhead">How many other users have jobs before it.</param>
internal readonly record struct Standing(int Position, int OwnAhead, int UsersAhead);
