using Orca.Training.Machines;

namespace Orca.Training.Testing;

/// <summary>A container of the fake runtime. Its owner's lock guards it.</summary>
internal sealed class FakeContainer(ContainerObservation seen, string application, FakeTraining training, DateTimeOffset startedAt) : IDisposable
{
    private List<TaskCompletionSource>? _waiters;

    public ContainerObservation Seen { get; set; } = seen;

    public string Application { get; } = application;

    public FakeTraining Training { get; } = training;

    public DateTimeOffset StartedAt { get; } = startedAt;

    public DateTimeOffset? EndedAt { get; private set; }

    public ITimer? EndTimer { get; set; }

    /// <summary>Begins to wait for the container's end or removal; null if that has come.</summary>
    public TaskCompletionSource? WaitNeedsLock()
    {
        if (EndedAt is not null)
        {
            return null;
        }

        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_waiters ??= []).Add(waiter);
        return waiter;
    }

    public void EndNeedsLock(ContainerObservation seen, DateTimeOffset at)
    {
        Seen = seen;
        EndedAt ??= at;
        _waiters?.ForEach(static w => w.TrySetResult());
        _waiters = null;
    }

    public void Dispose() => EndTimer?.Dispose();
}
