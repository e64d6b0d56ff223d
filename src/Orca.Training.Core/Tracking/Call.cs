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
    private Setback? _setback;

    public CallState State { get; private set; }

    public readonly int Failures => _setback?.Failures ?? 0;

    public readonly DateTimeOffset PausedUntil => _setback?.PausedUntil ?? default;

    public readonly string? LastError => _setback?.Error;

    public readonly bool IsDue(DateTimeOffset now) => State is CallState.Idle && now >= PausedUntil;

    public void Ask() => State = CallState.Asked;

    public void Finish() => State = CallState.Done;

    /// <summary>What was asked for, or was answered for good, is to be asked for again.</summary>
    public void Reopen() => State = CallState.Idle;

    public void Fail(string? error, DateTimeOffset now, TrackerSettings settings)
    {
        State = CallState.Idle;
        var failures = Failures + 1;
        _setback = new Setback(failures, error, now + settings.PauseAfter(failures));
    }

    /// <summary>Apart, since nearly all calls go well.</summary>
    private sealed record Setback(int Failures, string? Error, DateTimeOffset PausedUntil);
}
