namespace Orca.Training.Jobs.Storage.Committing;

/// <summary>What a caller waits for while others' writes, and then its own, are carried out.</summary>
internal abstract class PendingWrite
{
    /// <summary>How much it adds to a group: about the rows that it writes.</summary>
    public virtual int Size => 1;

    public abstract void Fail(Exception exception);
}

/// <summary>A write with an answer.</summary>
internal abstract class PendingWrite<T> : PendingWrite
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public void Complete(T answer) => _answer.TrySetResult(answer);

    public override void Fail(Exception exception) => _answer.TrySetException(exception);

    /// <summary>Waits for the answer. A cancellation ends the wait and not the write, which others may be part of.</summary>
    public async ValueTask<T> WaitAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static (pending, token) => ((PendingWrite<T>)pending!)._answer.TrySetCanceled(token), this))
        {
            return await Answer;
        }
    }
}

/// <summary>Commands to apply, with their fence.</summary>
internal sealed class PendingBatch(IReadOnlyList<JobCommand> commands, Fence? fence) : PendingWrite<IReadOnlyList<CommandResult>>
{
    public IReadOnlyList<JobCommand> Commands => commands;

    public Fence? Fence => fence;

    public bool NeedsFence { get; } = commands.Any(c => c.NeedsFence);

    public override int Size { get; } = commands.Sum(c => c is JobCommand.SubmitAll all ? all.Jobs.Count : 1);
}
