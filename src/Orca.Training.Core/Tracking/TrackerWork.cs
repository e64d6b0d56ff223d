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
    /// <summary>Waits for the end of a task, whatever end it is: its failure is told elsewhere.</summary>
    public static ConfiguredTaskAwaitable Quietly(this Task task) =>
        task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
