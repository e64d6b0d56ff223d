namespace Orca.Training.Clocks;

/// <summary>Counts time as it passes, whatever becomes of the wall clock. Thread-safe.</summary>
internal sealed class SteadyClock(TimeProvider time)
{
    /// <summary>Before all that is counted, and not so far that sums with it are no times.</summary>
    public static readonly TimeSpan LongAgo = TimeSpan.FromDays(-36_500);

    private readonly long _origin = time.GetTimestamp();

    /// <summary>The time since this was made.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_origin);

    public Now Now => new(time.GetUtcNow(), Elapsed);
}
