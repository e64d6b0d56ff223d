namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>Wakes all that wait for the next change. Not thread-safe: its owner's lock guards it.</summary>
internal sealed class Signal
{
    private TaskCompletionSource? _next;

    /// <summary>Completes at the next <see cref="Raise"/>.</summary>
    public Task Next => (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Raise()
    {
        var waiters = _next;
        _next = null;
        waiters?.SetResult();
    }
}
