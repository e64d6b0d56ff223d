namespace Orca.Training.Docker.Observing;

/// <summary>
/// The containers whose end the engine's events told lately. Who reads such a container's output to its end need not ask whether it
/// still runs: just then the engine clears the container away, and lets every question about it wait for that.
/// </summary>
internal sealed class ToldEnds
{
    // Far more than end within the moment between an end and that of its output. One that is forgotten is asked about.
    internal const int Most = 1024;

    private readonly Lock _lock = new();
    private readonly Queue<string> _inOrder = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public void Add(string container)
    {
        lock (_lock)
        {
            if (_names.Add(container))
            {
                _inOrder.Enqueue(container);
                if (_inOrder.Count > Most)
                {
                    _names.Remove(_inOrder.Dequeue());
                }
            }
        }
    }

    public bool Has(string container)
    {
        lock (_lock)
        {
            return _names.Contains(container);
        }
    }
}
