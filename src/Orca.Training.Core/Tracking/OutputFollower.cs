using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Progress;

namespace Orca.Training.Tracking;

/// <summary>Reads one training's output to its end, and passes on what is new at most every now and then, however much it writes.</summary>
internal sealed class OutputFollower(TimeProvider time, Func<TrainingProgress, ValueTask> heard)
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    public async Task FollowAsync(IAsyncEnumerable<OutputLine> lines, OutputDigest digest, CancellationToken cancellationToken)
    {
        DateTimeOffset? tellAt = null;
        var toldAt = DateTimeOffset.MinValue;
        var reader = lines.GetAsyncEnumerator(cancellationToken);
        await using (reader)
        {
            Task<bool>? next = null;
            while (true)
            {
                next ??= reader.MoveNextAsync().AsTask();
                if (tellAt is { } due && !await ComesBeforeAsync(next, due, cancellationToken))
                {
                    tellAt = null;
                    toldAt = time.GetUtcNow();
                    await heard(digest.TakeNews());
                    continue;
                }

                if (!await next)
                {
                    return;
                }

                next = null;
                digest.Take(reader.Current);
                if (digest.HasNews)
                {
                    tellAt ??= toldAt + Period;
                }
            }
        }
    }

    /// <summary>Whether the next line is there before a moment; when both are, the moment comes first, or a busy output would never be told.</summary>
    private async ValueTask<bool> ComesBeforeAsync(Task next, DateTimeOffset due, CancellationToken cancellationToken)
    {
        var wait = due - time.GetUtcNow();
        if (wait <= TimeSpan.Zero)
        {
            return false;
        }

        if (!next.IsCompleted)
        {
            await Task.WhenAny(next, Task.Delay(wait, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return next.IsCompleted;
    }
}
