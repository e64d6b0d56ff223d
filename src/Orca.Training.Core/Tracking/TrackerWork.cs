using System.Runtime.CompilerServices;

namespace Orca.Training.Tracking;

/// <summary>
/// Where the tracker's work runs: the thread pool, or the one thread of a test's virtual time. Core never leaves a context with
/// ConfigureAwait(false), so that virtual time knows exactly when nothing is left to do and the clock may go on.
/// </summary>
internal sealed class TrackerWork(TaskScheduler scheduler)
{
    public Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();

    /// <summary>Has something done soon, not on this thread's stack.</summary>
    public void Queue(IThreadPoolWorkItem item)
    {
        if (scheduler == TaskScheduler.Default)
        {
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        }
        else
        {
            new Task(static i => ((IThreadPoolWorkItem)i!).Execute(), item).Start(scheduler);
        }
    }
}

internal static class TaskExtensions
{
    /// <summary>Waits for a task until told not to. It goes on then, and whatever it comes to is nobody's any more.</summary>
    public static Task OrGiveUpAsync(this Task task, CancellationToken cancellationToken)
    {
        Observe(task);
        return task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc cref="OrGiveUpAsync(Task, CancellationToken)" />
    public static Task<T> OrGiveUpAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        Observe(task);
        return task.WaitAsync(cancellationToken);
    }

    /// <summary>A task that nobody may wait for to its end is looked at all the same, so that no failure is left for the process to find.</summary>
    public static void Observe(this Task task) =>
        _ = task.ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Waits for the end of a task, whatever end it is: its failure is told elsewhere.</summary>
    public static ConfiguredTaskAwaitable Quietly(this Task task) =>
        task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
