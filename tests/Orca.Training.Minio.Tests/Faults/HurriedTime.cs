namespace Orca.Training.Minio.Tests.Faults;

/// <summary>A clock whose waits are over twenty times sooner, so that a test can wait for the end of a patience of 30 s.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Hurry = 20;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Hurry : dueTime, period);
}
