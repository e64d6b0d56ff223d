using System.Threading.Channels;

namespace Orca.Training.Tracking;

/// <summary>Where everything that happens waits for the tracker's step. Bounded: who brings more than the step can take waits.</summary>
internal sealed class Inbox
{
    private const int Capacity = 8192;
    private static readonly TrackerEvent.Tick Tick = new();

    private readonly Channel<TrackerEvent> _events = Channel.CreateBounded<TrackerEvent>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public ValueTask PostAsync(TrackerEvent happened, CancellationToken cancellationToken) => _events.Writer.WriteAsync(happened, cancellationToken);

    /// <summary>Posts if there is room.</summary>
    public bool TryPost(TrackerEvent happened) => _events.Writer.TryWrite(happened);

    /// <summary>Wakes the step. A full inbox needs no waking: every step passes the time.</summary>
    public void Wake() => _events.Writer.TryWrite(Tick);

    public bool TryTake(out TrackerEvent? happened) => _events.Reader.TryRead(out happened);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken);
}
