using Orca.Training.Clocks;

namespace Orca.Training.Tracking;

/// <summary>Where a call to the outside stands.</summary>
internal enum CallState
{
    /// <summary>Not asked for, or to be asked for again after a pause.</summary>
    Idle,

    /// <summary>Asked for, not answered.</summary>
    Asked,

    /// <summary>Answered for good.</summary>
    Done,
}

/// <summary>
/// A call to the outside that may fail and be tried again. It is kept within what it belongs to and changes in place, so it is never
/// copied: the default one was not asked for.
/// </summary>
internal struct Call
{
    // Null is Standing.Idle. All calls that go well share a few of these: there are several to an attempt.
    private Standing? _standing;

    public readonly CallState State => Now.State;

    public readonly int Failures => Now.Failures;

    public readonly TimeSpan PausedUntil => Now.PausedUntil;

    public readonly string? LastError => Now.Error;

    private readonly Standing Now => _standing ?? Standing.Idle;

    public readonly bool IsDue(Now now) => State is CallState.Idle && now.Steady >= PausedUntil;

    public void Ask() => Become(CallState.Asked);

    public void Finish() => Become(CallState.Done);

    /// <summary>What was asked for, or was answered for good, is to be asked for again.</summary>
    public void Reopen() => Become(CallState.Idle);

    public void Fail(string? error, Now now, TrackerSettings settings)
    {
        var failures = Failures + 1;
        _standing = new Standing(CallState.Idle, failures, error, now.Steady + settings.PauseAfter(failures));
    }

    private void Become(CallState state) => _standing = Failures > 0 ? Now with { State = state } : state switch
    {
        CallState.Asked => Standing.Asked,
        CallState.Done => Standing.Done,
        _ => Standing.Idle,
    };

    private sealed record Standing(CallState State, int Failures, string? Error, TimeSpan PausedUntil)
    {
        public static readonly Standing Idle = new(CallState.Idle, 0, null, TimeSpan.Zero);
        public static readonly Standing Asked = new(CallState.Asked, 0, null, TimeSpan.Zero);
        public static readonly Standing Done = new(CallState.Done, 0, null, TimeSpan.Zero);
    }
}
