using System.Runtime.CompilerServices;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;

namespace Orca.Training.Client;

/// <summary>Tells the lines of a job's logs. It takes from the log store only what its reader asks for: who reads slowly keeps nobody waiting, and fills no memory.</summary>
internal sealed class LogStream(IJobStore jobs, ILogStore logs)
{
    public async IAsyncEnumerable<LogLine> ReadAsync(JobId id, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var installation = await jobs.GetInstallationAsync(cancellationToken);
        if (query.After?.Installation is { } other && other != installation)
        {
            throw TrainingException.NotFound(id, other, installation);
        }

        var job = await ReadJobAsync(id, cancellationToken);
        LogQueryCheck.Check(query, job);

        var number = query.Attempt ?? query.After?.Attempt ?? job.LastAttempt;
        for (var isFirst = true; ; isFirst = false)
        {
            if (number > 0)
            {
                var log = new AttemptLog(logs, new AttemptName(installation, new AttemptId(id, number)), query, isFirst);
                await foreach (var line in (query.Follow ? FollowAsync(log, job, number, cancellationToken) : log.ReadAsync(cancellationToken)).WithCancellation(cancellationToken))
                {
                    yield return line;
                }
            }

            if (query.Attempt is not null || await NextAttemptAsync(id, number, query.Follow, cancellationToken) is not { } next)
            {
                yield break;
            }

            (number, job) = (number + 1, next);
        }
    }

    /// <summary>Tells an attempt's lines up to its end.</summary>
    private async IAsyncEnumerable<LogLine> FollowAsync(AttemptLog log, Job job, int number, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchEndAsync(job, number, ended, leaving.Token);
        try
        {
            while (true)
            {
                // Asked before reading: all lines of an attempt are in its log when its end is on record.
                var isEnded = ended.IsCancellationRequested;
                await foreach (var line in log.ReadAsync(cancellationToken))
                {
                    yield return line;
                }

                if (isEnded)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await watch;
                    yield break;
                }

                await log.WaitAsync(ended.Token);
            }
        }
        finally
        {
            leaving.Cancel();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Waits until an attempt's end is on record, and says so by a token. Also when it cannot be learnt: then this task fails.</summary>
    private async Task WatchEndAsync(Job job, int number, CancellationTokenSource ended, CancellationToken cancellationToken)
    {
        try
        {
            while (job.OpenAttempt?.Number == number)
            {
                var changes = await jobs.ReadJobChangesAsync(job.Id, job.Revision, cancellationToken);
                if (changes is not [.., var last])
                {
                    break;
                }

                job = last;
            }
        }
        finally
        {
            ended.Cancel();
        }
    }

    /// <summary>The job once it has an attempt after one; null if it will have none, or has none now and is not waited for.</summary>
    private async ValueTask<Job?> NextAttemptAsync(JobId id, int number, bool isAwaited, CancellationToken cancellationToken)
    {
        var job = await ReadJobAsync(id, cancellationToken);
        while (job.LastAttempt <= number && isAwaited && !job.State.IsFinal())
        {
            var changes = await jobs.ReadJobChangesAsync(id, job.Revision, cancellationToken);
            job = changes is [.., var last] ? last : await ReadJobAsync(id, cancellationToken);
        }

        return job.LastAttempt > number ? job : null;
    }

    private async ValueTask<Job> ReadJobAsync(JobId id, CancellationToken cancellationToken) =>
        (await jobs.ReadAsync(id, cancellationToken) ?? throw TrainingException.NotFound(id)).Job;

    /// <summary>The part of one attempt's log that a query wants, and how much of it was told.</summary>
    private sealed class AttemptLog(ILogStore logs, AttemptName name, LogQuery query, bool isFirst)
    {
        private OutputPosition _after = Start(query, name.Attempt.Number, isFirst);
        private int? _tail = isFirst ? query.Tail : null;

        /// <summary>Tells what there is, from where it stands.</summary>
        public async IAsyncEnumerable<LogLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (_tail is { } tail)
            {
                var place = await AskAsync(() => logs.FindLastAsync(name, query.Rank, tail, query.Stream, cancellationToken));
                _after = place > _after ? place : _after;
                _tail = null;
            }

            while (true)
            {
                var page = await AskAsync(() => logs.ReadAsync(name, query.Rank, _after, cancellationToken));
                if (page.Count == 0)
                {
                    yield break;
                }

                foreach (var entry in page)
                {
                    _after = entry.Position;
                    if (query.Stream is null || entry.Missing > 0 || entry.Stream == query.Stream)
                    {
                        yield return LineOf(entry);
                    }
                }
            }
        }

        /// <summary>Waits until there may be more, or the attempt has ended.</summary>
        public async ValueTask WaitAsync(CancellationToken ended)
        {
            try
            {
                await AskAsync(async () =>
                {
                    await logs.WaitAsync(name, query.Rank, _after, ended);
                    return true;
                });
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                // One more look, and that was all.
            }
        }

        private static OutputPosition Start(LogQuery query, int number, bool isFirst)
        {
            var after = isFirst && query.After is { } cursor && cursor.Attempt == number ? cursor.Position : default;
            if (query.Since is { } since && since > DateTimeOffset.UnixEpoch)
            {
                var ticks = (since - DateTimeOffset.UnixEpoch).Ticks;
                var moment = ticks > long.MaxValue / TimeSpan.NanosecondsPerTick ? long.MaxValue : ticks * TimeSpan.NanosecondsPerTick;
                var before = new OutputPosition(moment - 1, int.MaxValue);
                return before > after ? before : after;
            }

            return after;
        }

        private static async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TrainingException(TrainingError.Unavailable, $"The log store cannot be read now: {e.Message}", inner: e);
            }
        }

        private LogLine LineOf(in LogEntry entry) => new()
        {
            Installation = name.Installation,
            Attempt = name.Attempt.Number,
            Rank = query.Rank,
            Stream = entry.Stream,
            Text = entry.Text,
            Position = entry.Position,
            Missing = entry.Missing,
        };
    }
}
