using System.Collections.Concurrent;
using Docker.DotNet.Models;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Observing;

/// <summary>
/// The signals that somebody had the engine send to containers, as its events tell them. A training that saves what it has on SIGTERM and
/// ends with exit code 0 looks like one that is done; that it was asked to end is told here and nowhere else.
/// </summary>
internal sealed class SentSignals
{
    // Far more than are stopped at a time. What is forgotten of more is asked of the engine's memory.
    private const int Most = 4096;

    private readonly ConcurrentDictionary<string, int> _signals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _followed = new(StringComparer.Ordinal);

    /// <summary>An event tells the start of a container, so that all of its signals will be heard of while the stream lasts.</summary>
    public void Started(string id)
    {
        if (_followed.Count < Most)
        {
            _followed[id] = true;
        }
    }

    /// <summary>A stream ended, and events may be missing from now on.</summary>
    public void Interrupted() => _followed.Clear();

    /// <summary>Whether no signal to a container can have been missed.</summary>
    public bool IsFollowed(string id) => _followed.ContainsKey(id);

    /// <summary>Takes in what an event says of a signal.</summary>
    public void Take(string id, Message message)
    {
        if (SignalOf(message) is { } signal && (_signals.Count < Most || _signals.ContainsKey(id)))
        {
            _signals[id] = Later(_signals.GetValueOrDefault(id), signal);
        }
    }

    /// <summary>The signal that a container was sent; null for none.</summary>
    public int? Of(string id) => _signals.TryGetValue(id, out var signal) ? signal : null;

    /// <summary>The same, for a container of which nothing more can be asked: a signal that may mean anything is none.</summary>
    public int? EndOf(string id) => Of(id) is { } signal && Signals.MeansEnd(signal) ? signal : null;

    /// <summary>Forgets containers that are no longer there.</summary>
    public void KeepOnly(IReadOnlySet<string> ids)
    {
        foreach (var id in _signals.Keys.Concat(_followed.Keys).Where(id => !ids.Contains(id)))
        {
            _signals.TryRemove(id, out _);
            _followed.TryRemove(id, out _);
        }
    }

    /// <summary>The signal of a kill; an engine that does not say which has mostly sent the usual one. Null for other events.</summary>
    public static int? SignalOf(Message message) => message.Action == "kill"
        ? Signals.Parse(message.Actor?.Attributes?.TryGetValue("signal", out var text) == true ? text : null) ?? Signals.Terminate
        : null;

    /// <summary>One that asks to end counts for more than one that may mean anything; of two such ones the first does.</summary>
    public static int Later(int before, int now) => before != 0 && (Signals.MeansEnd(before) || !Signals.MeansEnd(now)) ? before : now;
}
