using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>A clock whose timers fire a little before their time, as a system's do: they and the clock tick apart.</summary>
internal sealed class EarlyTime(VirtualTime time) : TimeProvider
{
    private static readonly TimeSpan Early = TimeSpan.FromTicks(4_000);

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(time.CreateTimer(callback, state, Sooner(dueTime), period));

    private static TimeSpan Sooner(TimeSpan dueTime) => dueTime > Early ? dueTime - Early : dueTime;

    private sealed class Timer(ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(Sooner(dueTime), period);

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
