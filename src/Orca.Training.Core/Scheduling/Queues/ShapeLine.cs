using Orca.Training.Jobs;

namespace Orca.Training.Scheduling.Queues;

/// <summary>The waiting jobs of one user that are alike, in the user's order.</summary>
internal sealed class ShapeLine(UserLine user, Shape shape)
{
    public UserLine User => user;

    public Shape Shape => shape;

    /// <summary>The keys of the jobs, smallest first.</summary>
    public RankedSet Keys { get; } = new();

    /// <summary>The pool's count of releases when the user's own limit left no room for it; -1 while that is not known.</summary>
    public long LimitedSince { get; set; } = -1;

    /// <summary>Whether one of its jobs may start now: nothing has been found against it since room was last given back.</summary>
    public bool MayFit => shape.MayFit && LimitedSince < shape.Pool.Releases;
}

/// <summary>A job's place in its user's own order: higher priority first, then the smaller id. It fits a number, so that a million of them are small.</summary>
internal static class OrderKey
{
    private const int IdBits = 48;
    private const int MostPriority = 1 << 14;

    /// <summary>The key of no job.</summary>
    public const long None = long.MinValue;

    public static long Of(JobId job, int priority) =>
        ((long)(MostPriority - Math.Clamp(priority, -MostPriority, MostPriority)) << IdBits) | (job.Value & ((1L << IdBits) - 1));

    public static int PriorityOf(long key) => MostPriority - (int)(key >> IdBits);

    public static JobId JobOf(long key) => new(key & ((1L << IdBits) - 1));
}
