using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>A host's clocks: the wall clock can be set, and time passes all the same.</summary>
internal sealed class JumpyTime(VirtualTime time) : TimeProvider
{
    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
