using System.Threading.Channels;
using Docker.DotNet.Models;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Observing;

/// <summary>
/// Holds an end back for a moment while it can still turn out that memory had run out: on a busy machine the kernel's word of
/// that reaches the engine up to a third of a second after the end, and then the engine tells it in an event and nowhere else.
/// Successes, and containers without a memory limit, never wait. Used by one reader.
/// </summary>
internal sealed class HeldEnds(ContainerEnds ends, TimeProvider time)
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    // More failures at a time are told as they come: there is then a cause that is common to them all.
    private const int Most = 256;

    private readonly Queue<(ContainerObservation Ended, long Since)> held = new();

    /// <summary>Tells an end at once when it is certain, and else later.</summary>
    public void Add(End end, List<ContainerObservation> ready)
    {
        if (end.IsCertain || held.Count == Most)
        {
            ready.Add(end.Observation);
        }
        else
        {
            held.Enqueue((end.Observation, time.GetTimestamp()));
        }
    }

    /// <summary>Tells a container's end now, if it is held: more became known of it, or nothing more can.</summary>
    public async ValueTask ReleaseAsync(string id, List<ContainerObservation> ready, CancellationToken cancellationToken)
    {
        for (var left = held.Count; left > 0; left--)
        {
            var one = held.Dequeue();
            if (one.Ended.Incarnation == id)
            {
                ready.Add((await ends.CompleteAsync(one.Ended, cancellationToken))?.Observation ?? one.Ended);
            }
            else
            {
                held.Enqueue(one);
            }
        }
    }

    /// <summary>Tells the ends that waited long enough.</summary>
    public void TakeDue(List<ContainerObservation> ready)
    {
        while (held.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) >= Patience)
        {
            ready.Add(held.Dequeue().Ended);
        }
    }

    /// <summary>Waits for an event, or until an end is due; false when the events are over.</summary>
    public async ValueTask<bool> WaitAsync(ChannelReader<Message> events, CancellationToken cancellationToken)
    {
        if (!held.TryPeek(out var oldest))
        {
            return await events.WaitToReadAsync(cancellationToken);
        }

        using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arrival = events.WaitToReadAsync(due.Token).AsTask();
        var left = Patience - time.GetElapsedTime(oldest.Since);
        var pause = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, due.Token);
        if (await Task.WhenAny(arrival, pause) == arrival)
        {
            await due.CancelAsync();
            return await arrival;
        }

        // Only now, so that an event which came meanwhile is not lost: the channel keeps it.
        await due.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return true;
    }
}
