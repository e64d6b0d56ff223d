using System.Collections.Concurrent;

namespace Orca.Training.Bench.Kill;

/// <summary>What must not be, each in a sentence. Thread-safe.</summary>
internal sealed class Findings
{
    /// <summary>An acknowledged submission that is not on record, or does not come to an end.</summary>
    public ConcurrentQueue<string> Lost { get; } = new();

    /// <summary>A job that ended, published or ran an attempt twice, or was made twice.</summary>
    public ConcurrentQueue<string> Twice { get; } = new();

    /// <summary>A container that no job owns.</summary>
    public ConcurrentQueue<string> Orphans { get; } = new();

    /// <summary>A record that is not what the machine says.</summary>
    public ConcurrentQueue<string> Disagreements { get; } = new();

    /// <summary>Lines of output that are not in the log, or twice.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public IEnumerable<string> All =>
        Lost.Select(f => "lost: " + f).Concat(Twice.Select(f => "twice: " + f)).Concat(Orphans.Select(f => "orphan: " + f))
            .Concat(Disagreements.Select(f => "disagreement: " + f)).Concat(Lines.Select(f => "lines: " + f));
}
