using Npgsql;
using NpgsqlTypes;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Relational;
using static System.FormattableString;

namespace Orca.Training.PostgreSql.Database;

/// <summary>The questions that are asked of the tables. Each is one statement, so that its answer is of one moment.</summary>
/// <param name="data">Where connections come from.</param>
/// <param name="schema">The store's.</param>
/// <param name="limit">How long a question may take.</param>
/// <param name="mostReads">How many questions are asked at once.</param>
internal sealed class JobReader(PostgreSqlDataSource data, string schema, CallLimit limit, int mostReads) : ISearchedJobs, IDisposable
{
    private const int RowsInPart = 1024;

    private readonly SemaphoreSlim _reads = new(mostReads);

    // However many lists there are, statuses are read beside them.
    private readonly SemaphoreSlim _lists = new(Math.Max(1, mostReads / 2));

    /// <inheritdoc />
    public SearchTables Tables { get; } = new(
        $"{schema}.jobs",
        $"{schema}.job_facts",
        $"{schema}.job_labels",
        "user_name",
        // As it stands it is no join that the server could turn round: a plan that reads a whole table is never the right one.
        static (table, name) => $" CROSS JOIN LATERAL (SELECT * FROM {table} t WHERE t.id = l.id OFFSET 0) {name}",
        JobColumns.Fact);

    public void Dispose()
    {
        _reads.Dispose();
        _lists.Dispose();
    }

    /// <summary>Jobs by their ids.</summary>
    public async Task<Dictionary<JobId, Job>> FindAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        var found = new Dictionary<JobId, Job>();
        await ReadAsync(
            $"SELECT id, document FROM {schema}.jobs WHERE id = ANY ($1)",
            [Ids(jobs)],
            reader => found[new JobId(reader.GetInt64(0))] = reader.ReadJob(),
            cancellationToken);
        return found;
    }

    /// <summary>Those of the jobs that are on record.</summary>
    public async Task<HashSet<JobId>> FindIdsAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        var found = new HashSet<JobId>();
        await ReadAsync(
            $"SELECT id FROM {schema}.jobs WHERE id = ANY ($1)", [Ids(jobs)], reader => found.Add(new JobId(reader.GetInt64(0))), cancellationToken);
        return found;
    }

    /// <summary>The jobs that keys stand for, and the keys that stand for none yet because an application's own open transaction has them.</summary>
    public async Task<(Dictionary<JobKey, Job> Found, HashSet<JobKey> Held)> FindAsync(IReadOnlyList<JobKey> keys, CancellationToken cancellationToken)
    {
        var (found, held) = (new Dictionary<JobKey, Job>(), new HashSet<JobKey>());
        await ReadAsync(
            $"""
            SELECT j.id, j.document, k.place, j.id IS NULL AND NOT pg_try_advisory_xact_lock_shared(k.lock)
            FROM unnest($1, $2, $3) WITH ORDINALITY AS k (user_name, key, lock, place)
            LEFT JOIN {schema}.jobs j ON coalesce(j.user_name, '') = k.user_name AND j.idempotency_key = k.key
            """,
            [Texts(keys.Select(k => k.User)), Texts(keys.Select(k => k.Key)), Numbers(keys.Select(k => Schema.LockKey(schema, k)))],
            reader =>
            {
                var key = keys[(int)reader.GetInt64(2) - 1];
                if (!reader.IsDBNull(0))
                {
                    found[key] = reader.ReadJob();
                }
                else if (reader.GetBoolean(3))
                {
                    held.Add(key);
                }
            },
            cancellationToken);
        return (found, held);
    }

    /// <summary>
    /// Finished jobs that need not be kept, those that finished first first. They come before all others in the index, so that no more of
    /// it is read than there may be answers, and what is to be kept of the newest.
    /// </summary>
    public async Task<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken)
    {
        var found = new List<Job>();
        await ReadAsync(
            $"""
            SELECT id, document FROM
                (SELECT id, document, finished_at FROM {schema}.jobs WHERE state >= 3 AND (finished_at, id) > ($4, $5) ORDER BY finished_at, id LIMIT $3) f
            WHERE finished_at < $1 OR ($2::int IS NOT NULL AND (finished_at, id) <=
                (SELECT finished_at, id FROM {schema}.jobs WHERE state >= 3 ORDER BY finished_at DESC, id DESC LIMIT 1 OFFSET $2))
            ORDER BY finished_at, id
            """,
            [
                new NpgsqlParameter<long?> { TypedValue = retention.FinishedBefore?.UtcTicks, NpgsqlDbType = NpgsqlDbType.Bigint },
                new NpgsqlParameter<int?> { TypedValue = retention.KeepNewest, NpgsqlDbType = NpgsqlDbType.Integer },
                new NpgsqlParameter<int> { TypedValue = limit },
                new NpgsqlParameter<long> { TypedValue = retention.After?.At.UtcTicks ?? -1 },
                new NpgsqlParameter<long> { TypedValue = retention.After?.Job.Value ?? 0 },
            ],
            reader => found.Add(reader.ReadJob()),
            cancellationToken);
        return found;
    }

    /// <summary>Jobs by their ids, and their places in the queue.</summary>
    public async Task<Dictionary<JobId, JobReading>> ReadAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken)
    {
        // One place is counted by itself; several share one count over the queue.
        var place = jobs.Count == 1
            ? $"CASE WHEN j.state = 0 THEN (SELECT count(*) FROM {schema}.jobs q WHERE q.state < 3 AND q.state = 0 AND q.id <= j.id) END"
            : $"p.place";
        var places = jobs.Count == 1 ? "" : $"LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM {schema}.jobs WHERE state < 3 AND state = 0) p ON p.id = j.id";
        var found = new Dictionary<JobId, JobReading>();
        await ReadAsync(
            $"SELECT j.id, j.document, {place} FROM {schema}.jobs j {places} WHERE j.id = ANY ($1)",
            [Ids(jobs)],
            reader => found[new JobId(reader.GetInt64(0))] = new JobReading(reader.ReadJob(), reader.IsDBNull(2) ? null : (int)reader.GetInt64(2)),
            cancellationToken);
        return found;
    }

    public async Task<OpenJobs> ReadOpenAsync(CancellationToken cancellationToken)
    {
        var open = new List<Job>();
        var cursor = 0L;
        await ReadAsync(
            $"SELECT j.id, j.document, c.last FROM (SELECT coalesce(max(change), 0) AS last FROM {schema}.jobs) c LEFT JOIN {schema}.jobs j ON j.state < 3",
            [],
            reader =>
            {
                cursor = reader.GetInt64(2);
                if (!reader.IsDBNull(0))
                {
                    open.Add(reader.ReadJob());
                }
            },
            cancellationToken);
        // The server would sort them with their documents, on its disk if they are many.
        open.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return new OpenJobs(open, new ChangeCursor(cursor));
    }

    /// <summary>How many jobs are open by pool and user; with no pool given, those without one are counted too, all together.</summary>
    public async Task<List<PoolCount>> CountOpenAsync(string? pool, CancellationToken cancellationToken)
    {
        const string Counts = "count(*) FILTER (WHERE state = 0), count(*)";
        var found = new List<PoolCount>();
        var all = pool is null
            ? $" UNION ALL SELECT NULL, NULL, {Counts} FROM {schema}.jobs WHERE state < 3 AND pool IS NULL HAVING count(*) > 0"
            : "";
        await ReadAsync(
            $"SELECT pool, user_name, {Counts} FROM {schema}.jobs WHERE pool IS NOT NULL AND state < 3{(pool is null ? "" : " AND pool = $1")} GROUP BY pool, user_name{all}",
            pool is null ? [] : [new NpgsqlParameter<string> { TypedValue = JobColumns.Column(pool) }],
            reader => found.Add(new PoolCount(
                reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), (int)reader.GetInt64(2), (int)reader.GetInt64(3))),
            cancellationToken);
        return found;
    }

    /// <summary>The changes after one, in the order of the commits: each changed job as it is now.</summary>
    public async Task<List<(long Change, Job Job)>> ReadChangesAsync(long after, int limit, CancellationToken cancellationToken)
    {
        var changes = new List<(long, Job)>();
        await ReadAsync(
            $"SELECT id, document, change FROM {schema}.jobs WHERE change > $1 ORDER BY change LIMIT $2",
            [new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<int> { TypedValue = limit }],
            reader => changes.Add((reader.GetInt64(2), reader.ReadJob())),
            cancellationToken);
        return changes;
    }

    /// <summary>The greatest number that a change has, or may still get from a commit under way.</summary>
    public async Task<long> ReadLastNumberAsync(CancellationToken cancellationToken)
    {
        var last = 0L;
        await ReadAsync($"SELECT last_value FROM {schema}.changes", [], reader => last = reader.GetInt64(0), cancellationToken);
        return last;
    }

    public async Task<long> ReadLastChangeAsync(CancellationToken cancellationToken)
    {
        var last = 0L;
        await ReadAsync($"SELECT coalesce(max(change), 0) FROM {schema}.jobs", [], reader => last = reader.GetInt64(0), cancellationToken);
        return last;
    }

    /// <summary>Whether applications committed jobs in transactions of their own that have no number in the feed yet.</summary>
    public async Task<bool> IsAnyOutsideAsync(CancellationToken cancellationToken)
    {
        var isAny = false;
        await ReadAsync($"SELECT EXISTS (SELECT FROM {schema}.jobs WHERE change IS NULL)", [], reader => isAny = reader.GetBoolean(0), cancellationToken);
        return isAny;
    }

    /// <summary>
    /// Gives them numbers, after all that has been committed: however late a transaction commits, its jobs come to the feed after that,
    /// and a transaction that stays open for long keeps nothing else from it.
    /// </summary>
    public async Task TakeOutsideAsync(CancellationToken cancellationToken)
    {
        await using var batch = data.Source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Invariant($"SELECT pg_advisory_xact_lock({Schema.LockKey(schema, "write")})")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            WITH numbered AS MATERIALIZED (
                SELECT id, nextval('{schema}.changes') AS change FROM (SELECT id FROM {schema}.jobs WHERE change IS NULL ORDER BY id FOR UPDATE) o)
            UPDATE {schema}.jobs j SET change = n.change FROM numbered n WHERE j.id = n.id
            """));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT pg_notify('orca_{schema}', '')"));
        await limit.WithinAsync(batch.ExecuteNonQueryAsync, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<long>> CountAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        var counts = new List<long>();
        await ReadAsync(
            text,
            Named(parameters),
            reader =>
            {
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    counts.Add(reader.GetInt64(i));
                }
            },
            cancellationToken,
            _lists);
        return counts;
    }

    /// <inheritdoc />
    public async ValueTask<Looked> LookAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        var (looks, last, found) = (0, 0L, new List<JobReading>());
        await ReadAsync(
            $"""
            WITH page AS MATERIALIZED (SELECT *, row_number() OVER () AS row FROM ({text}) f),
            places AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM {schema}.jobs
                       WHERE state < 3 AND state = 0 AND id <= (SELECT max(id) FROM page WHERE state = 0))
            SELECT page.id, page.document, page.looks, page.last, places.place FROM page LEFT JOIN places ON places.id = page.id ORDER BY page.row
            """,
            Named(parameters),
            reader =>
            {
                looks = (int)reader.GetInt64(2);
                if (!reader.IsDBNull(0))
                {
                    found.Add(new JobReading(reader.ReadJob(), reader.IsDBNull(4) ? null : (int)reader.GetInt64(4)));
                }

                last = reader.IsDBNull(3) ? 0 : reader.GetInt64(3);
            },
            cancellationToken,
            _lists);
        return new Looked(looks, last, found);
    }

    private static NpgsqlParameter[] Named(IEnumerable<(string Name, object? Value)> parameters) => [.. parameters.Select(p => new NpgsqlParameter(p.Name, p.Value))];

    private static NpgsqlParameter Texts(IEnumerable<string> texts) =>
        new NpgsqlParameter<string[]> { TypedValue = [.. texts.Select(JobColumns.Column)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Ids(IReadOnlyList<JobId> jobs) => Numbers(jobs.Select(j => j.Value));

    private static NpgsqlParameter Numbers(IEnumerable<long> numbers) =>
        new NpgsqlParameter<long[]> { TypedValue = [.. numbers], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private async Task ReadAsync(
        string text, NpgsqlParameter[] parameters, Action<NpgsqlDataReader> row, CancellationToken cancellationToken, SemaphoreSlim? kind = null)
    {
        await using var command = data.Source.CreateCommand(text);
        command.Parameters.AddRange(parameters);
        // The limit is the call's, and not the driver's.
        command.CommandTimeout = 0;
        await limit.WithinAsync(
            async (answered, token) =>
            {
                using var turn = await Turn.TakeAsync(kind, token);
                using var turnOfAll = await Turn.TakeAsync(_reads, token);
                await using var reader = await command.ExecuteReaderAsync(token);
                answered();
                var rows = 0;
                for (; await reader.ReadAsync(token); rows++)
                {
                    row(reader);
                    if (rows % RowsInPart == 0)
                    {
                        answered();
                    }
                }

                return rows;
            },
            cancellationToken);
    }

    /// <summary>One of so many that read at once; none for those whose number has no bound.</summary>
    private readonly struct Turn(SemaphoreSlim? from) : IDisposable
    {
        public static async ValueTask<Turn> TakeAsync(SemaphoreSlim? from, CancellationToken cancellationToken)
        {
            if (from is not null)
            {
                await from.WaitAsync(cancellationToken);
            }

            return new Turn(from);
        }

        public void Dispose() => from?.Release();
    }
}
