using Microsoft.Extensions.Logging;

namespace Orca.Training.Diagnostics;

/// <summary>
/// What the host's own code has thrown where the service calls it: a capacity policy, a listener, a log provider. Each costs the call that it
/// was made for, and the service goes on; it is told once in the log, and by the health check for some minutes after it was seen last.
/// Thread-safe.
/// </summary>
internal sealed class ForeignFaults(TimeProvider time, ILogger<ForeignFaults>? logger = null)
{
    /// <summary>What has not been seen for so long counts as over.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    // Who threw is one of a few names, but for jobs, which are many.
    private const int MostKept = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long At, string Sentence)> _faults = [];

    /// <summary>What has been seen of late, each in a sentence.</summary>
    public IReadOnlyList<string> Recent
    {
        get
        {
            lock (_lock)
            {
                return [.. _faults.Values.Where(IsRecent).Select(f => f.Sentence).Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Takes note, and tells the log if that is news.</summary>
    /// <param name="who">Who threw, as a sentence begins: <c>The capacity policy</c>.</param>
    /// <param name="error">What it threw.</param>
    public void Tell(string who, Exception error)
    {
        if (!IsNews(who, error))
        {
            return;
        }

        try
        {
            logger?.ForeignFault(error, who, Remembered);
        }
#pragma warning disable CA1031 // A log provider may be the very one that throws: the others have heard, and the health check tells it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Takes note.</summary>
    /// <returns>Whether it is to be told: it was not seen of late.</returns>
    public bool IsNews(string who, Exception error)
    {
        lock (_lock)
        {
            var isKnown = _faults.TryGetValue(who, out var before) && IsRecent(before);
            if (_faults.Count >= MostKept && !_faults.ContainsKey(who))
            {
                _faults.Remove(_faults.MinBy(f => f.Value.At).Key);
            }

            _faults[who] = (time.GetTimestamp(), $"{who} threw {error.GetType().Name}: {error.Message}");
            return !isKnown;
        }
    }

    private bool IsRecent((long At, string Sentence) fault) => time.GetElapsedTime(fault.At) < Remembered;
}
