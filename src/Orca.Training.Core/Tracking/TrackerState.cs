namespace Orca.Training.Tracking;

/// <summary>What this host's tracker is.</summary>
internal enum TrackerRole
{
    /// <summary>It has not heard from the store yet.</summary>
    Starting,

    /// <summary>Another host decides.</summary>
    Waiting,

    /// <summary>It decides.</summary>
    Deciding,

    /// <summary>It could not go on, and begins anew.</summary>
    Failing,

    /// <summary>Its host stops, or never started it.</summary>
    Stopped,
}

/// <summary>What this host's tracker is, for whoever asks how the service is. Thread-safe.</summary>
internal sealed class TrackerState
{
    private string? _diskTrouble;
    private volatile Told _told = new(TrackerRole.Stopped, null);

    public TrackerRole Role => _told.Role;

    /// <summary>What it could not go on for; only while it is failing.</summary>
    public Exception? Trouble => _told.Trouble;

    public void Is(TrackerRole role, Exception? trouble = null) => _told = new Told(role, trouble);

    /// <summary>What is wrong with the room on this host's disks, in a sentence; null if nothing is.</summary>
    public string? DiskTrouble { get => Volatile.Read(ref _diskTrouble); set => Volatile.Write(ref _diskTrouble, value); }

    private sealed record Told(TrackerRole Role, Exception? Trouble);
}
