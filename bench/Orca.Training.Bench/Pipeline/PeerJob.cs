using System.Collections.Concurrent;

namespace Orca.Training.Bench.Pipeline;

/// <summary>
/// The peers' job. It does nothing but say that it ran, and that counts as its end, although a peer has still to note it: to the
/// peers' advantage. Static, because Hangfire has no other way to a job at no cost.
/// </summary>
internal static class PeerJob
{
    private static readonly ConcurrentDictionary<long, TaskCompletionSource> Waiting = new();
    private static TaskCompletionSource _allRan = new();
    private static long _next;
    private static long _left;

    /// <summary>Completes when so many jobs without a waiter have run.</summary>
    public static Task WhenRan(int jobs)
    {
        _allRan = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, jobs);
        return _allRan.Task;
    }

    /// <summary>A job that is waited for: its number, and its end.</summary>
    public static (long Number, Task Ran) Next()
    {
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var number = Interlocked.Increment(ref _next);
        Waiting[number] = ran;
        return (number, ran.Task);
    }

    /// <summary>A job ran that is one of many.</summary>
    public static void Run()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _allRan.SetResult();
        }
    }

    /// <summary>A job ran that is waited for.</summary>
    public static void RunAwaited(long number)
    {
        if (Waiting.TryRemove(number, out var ran))
        {
            ran.SetResult();
        }
    }
}
