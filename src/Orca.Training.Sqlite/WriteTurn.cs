using Orca.Training.Jobs.Storage.Committing;

namespace Orca.Training.Sqlite;

/// <summary>A place in the store's queue of writes for somebody who writes on a connection of his own.</summary>
internal sealed class WriteTurn : PendingWrite<bool>
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ended => _ended.Task;

    /// <summary>The next one can write.</summary>
    public void End() => _ended.TrySetResult();
}
