using Orca.Training.Machines;

namespace Orca.Training.Testing;

/// <summary>A container of the fake runtime. Its owner's lock guards it.</summary>
internal sealed class FakeContainer(ContainerObservation seen, string application, FakeTraining training, DateTimeOffset startedAt) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ContainerObservation Seen { get; set; } = seen;

    public string Application { get; } = application;

    public FakeTraining Training { get; } = training;

    public DateTimeOffset StartedAt { get; } = startedAt;

    public DateTimeOffset? EndedAt { get; private set; }

    public ITimer? EndTimer { get; set; }

    /// <summary>Completes when the container has ended or is removed.</summary>
    public Task Ended => _ended.Task;

    public void End(ContainerObservation seen, DateTimeOffset at)
    {
        Seen = seen;
        EndedAt ??= at;
        _ended.TrySetResult();
    }

    public void Dispose() => EndTimer?.Dispose();
}
