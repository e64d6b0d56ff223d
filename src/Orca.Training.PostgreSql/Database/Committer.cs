using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Committing;

namespace Orca.Training.PostgreSql.Database;

/// <summary>Commits groups of batches, one group at a time, on a connection of its own. Tries again where it is known that nothing was done.</summary>
/// <param name="data">Where the connection comes from.</param>
/// <param name="schema">The store's.</param>
/// <param name="reader">Reads jobs that are not known.</param>
/// <param name="known">Jobs as they were seen last.</param>
/// <param name="committed">Told of each commit: the first row's number in the feed, and the rows as they are now; of one in doubt no row.</param>
/// <param name="time">Measures the time that the server takes.</param>
/// <param name="callTimeout">How long that may be.</param>
internal sealed class Committer(
    PostgreSqlDataSource data, string schema, JobReader reader, KnownJobs known, Action<long, IReadOnlyList<Job>> committed, TimeProvider time, TimeSpan callTimeout)
    : IAsyncDisposable
{
    // Other hosts change the same jobs rarely: a caller's cancellation meets a decision. Nothing that is right goes on so long.
    private const int MostTries = 20;

    // Terms count from 1: a decision without one, or with the one of nobody, agrees with none.
    private const long NoTerm = -2;

    private static readonly TimeSpan[] ConnectPauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)];

    private NpgsqlConnection? _connection;
    private CommitStatement? _statement;
    private int _sessionId;

    /// <summary>The server's number for the session that commits; 0 while there is none.</summary>
    public int SessionId => Volatile.Read(ref _sessionId);

    /// <summary>Answers every batch; does not throw.</summary>
    public async ValueTask CarryOutAsync(IReadOnlyList<PendingWrite> writes)
    {
        IReadOnlyList<PendingBatch> left = [.. writes.Cast<PendingBatch>()];
        while (left.Count > 0)
        {
            // One term a commit: a second decider among the callers of one host is a mistake, or a test.
            var fence = left.FirstOrDefault(b => b.NeedsFence)?.Fence;
            var (now, later) = (new List<PendingBatch>(), new List<PendingBatch>());
            foreach (var batch in left)
            {
                (later.Count == 0 && (!batch.NeedsFence || batch.Fence == fence) ? now : later).Add(batch);
            }

            await CommitAsync(now);
            left = later;
        }
    }

    public async ValueTask DisposeAsync() => await DisconnectAsync();

    private async Task CommitAsync(List<PendingBatch> batches)
    {
        try
        {
            await TryCommitAsync(batches);
        }
        catch (Exception e) when (batches.Count > 1 && PostgreSqlErrors.IsUndone(e) && (PostgreSqlErrors.IsLocked(e) || !PostgreSqlErrors.IsUnavailable(e)))
        {
            // One of them is such that the server refuses it: the others must not fail with it.
            foreach (var batch in batches)
            {
                await CommitAsync([batch]);
            }
        }
#pragma warning disable CA1031 // The callers get it, each of them.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var told = e is JobStoreUnavailableException || !(PostgreSqlErrors.IsUnavailable(e) || e is OperationCanceledException) ? e
                : PostgreSqlErrors.IsUndone(e) ? PostgreSqlErrors.Undone(e, data.Name)
                : PostgreSqlErrors.Unknown(e, data.Name);
            if (!PostgreSqlErrors.IsUndone(e))
            {
                await DisconnectAsync();

                // It may be on record all the same; then it has to be read.
                committed(0, []);
            }

            foreach (var batch in batches)
            {
                known.Forget(batch.Commands.OfType<JobCommand.OnJob>().Select(c => c.Job));
                batch.Fail(told);
            }
        }
    }

    private async Task TryCommitAsync(List<PendingBatch> batches)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            using var timeout = new CancellationTokenSource(callTimeout, time);
            var keys = await ReadKeysAsync(batches, timeout.Token);
            if (batches.Count == 0)
            {
                return;
            }

            var read = await ReadUnknownAsync(batches, keys.Values, timeout.Token);
            var plan = Plan(batches, id => read.GetValueOrDefault(id) ?? known.Find(id), keys.GetValueOrDefault);
            if (plan.RowCount == 0 && !batches.Exists(b => b.NeedsFence))
            {
                // A rejection holds only of what has just been read.
                if (plan.Looked.Keys.All(read.ContainsKey))
                {
                    Answer(plan, default);
                    return;
                }

                known.Forget(plan.Looked.Keys);
                continue;
            }

            var statement = await ConnectedAsync(timeout.Token);
            var fence = batches.Find(b => b.NeedsFence);
            CommitAnswer answer;
            try
            {
                answer = await statement.ExecuteAsync(plan, fence is null ? null : fence.Fence is { Term: > 0 } held ? held.Term : NoTerm, timeout.Token);
            }
            catch (PostgresException e) when (PostgreSqlErrors.IsTakenKey(e))
            {
                // Another host was first: now the key is found.
                continue;
            }

            if (fence is not null && (fence.Fence?.Term != answer.Term || answer.Term == 0))
            {
                Refuse(batches, new StaleFenceException(fence.Fence, new Fence(answer.Term)));
                continue;
            }

            if (answer.IsUnchanged)
            {
                Answer(plan, answer);
                return;
            }

            known.Forget(plan.Looked.Keys);
        }

        throw new JobStoreUnavailableException($"Other hosts repeatedly changed the same jobs of {data.Name}: nothing was stored.");
    }

    private static void Refuse(List<PendingBatch> batches, StaleFenceException stale)
    {
        foreach (var batch in batches.Where(b => b.NeedsFence))
        {
            batch.Fail(stale);
        }

        batches.RemoveAll(b => b.NeedsFence);
    }

    private async Task<IReadOnlyDictionary<JobId, Job?>> ReadUnknownAsync(List<PendingBatch> batches, IEnumerable<Job> read, CancellationToken cancellationToken)
    {
        var jobs = read.ToDictionary(j => j.Id, Job? (j) => j);
        var unknown = batches.SelectMany(b => b.Commands).OfType<JobCommand.OnJob>().Select(c => c.Job).Distinct().Where(id => !jobs.ContainsKey(id) && known.Find(id) is null).ToList();
        if (unknown.Count > 0)
        {
            var found = await reader.FindAsync(unknown, cancellationToken);
            unknown.ForEach(id => jobs[id] = found.GetValueOrDefault(id));
        }

        return jobs;
    }

    /// <summary>The jobs of the batches' keys. A batch with a key that an open transaction has is refused: all others would wait with it.</summary>
    private async Task<IReadOnlyDictionary<JobKey, Job>> ReadKeysAsync(List<PendingBatch> batches, CancellationToken cancellationToken)
    {
        var keys = batches.SelectMany(KeysOf).Distinct().ToList();
        if (keys.Count == 0)
        {
            return System.Collections.ObjectModel.ReadOnlyDictionary<JobKey, Job>.Empty;
        }

        var (found, held) = await reader.FindAsync(keys, cancellationToken);
        batches.RemoveAll(batch =>
        {
            var holds = held.Count > 0 && KeysOf(batch).Any(held.Contains);
            if (holds)
            {
                batch.Fail(new JobStoreUnavailableException(
                    $"A transaction of the application on {data.Name} that is still open uses the idempotency key '{KeysOf(batch).First(held.Contains).Key}': nothing was stored. Submit again when that transaction has ended."));
            }

            return holds;
        });
        return found;
    }

    private static IEnumerable<JobKey> KeysOf(PendingBatch batch)
    {
        for (var i = 0; i < batch.Commands.Count; i++)
        {
            var submit = batch.Commands[i] as JobCommand.Submit ?? (batch.Commands[i] as JobCommand.SubmitAll)?.Jobs[0];
            if (submit is not null && JobKey.Of(submit) is { } key)
            {
                yield return key;
            }
        }
    }

    private static CommitPlan Plan(List<PendingBatch> batches, Func<JobId, Job?> find, Func<JobKey, Job?> findKey)
    {
        // New jobs have numbers below zero until the server has drawn their ids.
        var drawn = 0L;
        var plan = new CommitPlan(find, findKey, () => new JobId(--drawn), term: null);
        batches.ForEach(plan.Add);
        return plan;
    }

    private void Answer(CommitPlan plan, CommitAnswer answer)
    {
        Job Named(Job job) => job.Id.Value < 0 ? job with { Id = new JobId(answer.Drawn[(int)-job.Id.Value - 1]) } : job;
        Job[] rows = [.. plan.Rows.Select(r => Named(r.Job))];
        foreach (var job in rows)
        {
            known.Learn(job);
        }

        if (rows.Length > 0)
        {
            committed(answer.FirstChange, rows);
        }

        foreach (var (batch, results) in plan.Answers)
        {
            batch.Complete([.. results.Select(r => r.Job is { } job ? r with { Job = Named(job), All = r.All.Count == 0 ? r.All : [.. r.All.Select(Named)] } : r)]);
        }
    }

    /// <summary>Connects where need be; nothing has been sent yet, so that it can be tried again.</summary>
    private async Task<CommitStatement> ConnectedAsync(CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return _statement ??= await ConnectAsync(cancellationToken);
            }
            catch (Exception e) when (PostgreSqlErrors.IsUnavailable(e) || e is OperationCanceledException)
            {
                await DisconnectAsync();
                if (tries == ConnectPauses.Length || cancellationToken.IsCancellationRequested)
                {
                    throw PostgreSqlErrors.Unreached(e, data.Name);
                }
            }

            await Task.Delay(ConnectPauses[tries], time, CancellationToken.None);
        }
    }

    private async Task<CommitStatement> ConnectAsync(CancellationToken cancellationToken)
    {
        _connection = await data.Source.OpenConnectionAsync(cancellationToken);
        Volatile.Write(ref _sessionId, _connection.ProcessID);
        return await CommitStatement.PrepareAsync(_connection, schema, cancellationToken);
    }

    private async Task DisconnectAsync()
    {
        var connection = _connection;
        (_connection, _statement) = (null, null);
        Volatile.Write(ref _sessionId, 0);
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
