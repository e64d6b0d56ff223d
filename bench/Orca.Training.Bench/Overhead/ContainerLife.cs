namespace Orca.Training.Bench.Overhead;

/// <summary>When the engine told what of one job's container, by this process's clock.</summary>
internal sealed class ContainerLife
{
    private readonly TaskCompletionSource<long> _created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<long> Created => _created.Task;

    public Task<long> Started => _started.Task;

    public Task<long> Died => _died.Task;

    /// <summary>It is removed.</summary>
    public Task<long> Gone => _gone.Task;

    /// <summary>Takes an event by the engine's name for it; a stream that goes back a moment may tell one twice.</summary>
    public void Take(string action, long timestamp)
    {
        var told = action switch
        {
            "create" => _created,
            "start" => _started,
            "die" => _died,
            "destroy" => _gone,
            _ => null,
        };
        told?.TrySetResult(timestamp);
    }
}
