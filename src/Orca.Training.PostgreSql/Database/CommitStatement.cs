using Npgsql;
using NpgsqlTypes;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Committing;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.PostgreSql.Database;

/// <summary>
/// One group's commit as one message to the server: under the write lock of all hosts it is compared whether every job is still as it
/// was planned on and the lease still has the term; if so, all rows are written, with numbers in the order of the commits, and one
/// notification; if not, none. The lock is never held while the server waits for a host, so that a paused host keeps nobody up.
/// </summary>
internal sealed class CommitStatement : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlParameterCollection _parameters;

    private CommitStatement(NpgsqlConnection connection, string schema)
    {
        _batch = new NpgsqlBatch(connection);
        var take = new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock($1)");
        take.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Schema.LockKey(schema, "write") });
        // A statement of its own, since one sees what was there when it began: before it had the lock.
        _batch.BatchCommands.Add(take);
        var write = new NpgsqlBatchCommand(Text(schema));
        _parameters = write.Parameters;
        _batch.BatchCommands.Add(write);
        Add<long[]>(NpgsqlDbType.Array | NpgsqlDbType.Bigint);   // $1 looked: id
        Add<long[]>(NpgsqlDbType.Array | NpgsqlDbType.Bigint);   // $2 looked: revision
        Add<long>(NpgsqlDbType.Bigint);                          // $3 term, or -1 for none
        Add<long[]>(NpgsqlDbType.Array | NpgsqlDbType.Bigint);   // $4 id, or a negative number for a new job
        Add<long[]>(NpgsqlDbType.Array | NpgsqlDbType.Bigint);   // $5 revision
        Add<short[]>(NpgsqlDbType.Array | NpgsqlDbType.Smallint); // $6 state
        Add<string?[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);  // $7 user
        Add<string[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);   // $8 algorithm
        Add<string[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);   // $9 dataset
        Add<long[]>(NpgsqlDbType.Array | NpgsqlDbType.Bigint);   // $10 submitted
        Add<long?[]>(NpgsqlDbType.Array | NpgsqlDbType.Bigint);  // $11 finished
        Add<string[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);   // $12 document
        Add<string?[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);  // $13 group
        Add<string?[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);  // $14 key
        Add<string?[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);  // $15 team
        Add<string?[]>(NpgsqlDbType.Array | NpgsqlDbType.Text);  // $16 pool
    }

    public static async Task<CommitStatement> PrepareAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        // The plan is made once, while the tables may be young and empty: it has to go by the ids all the same.
        // A key that an application's own transaction takes at this very moment is waited for, and not for long, since all others wait meanwhile.
        await using (var settings = new NpgsqlCommand("SET lock_timeout = '5s'; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan; SET jit = off", connection))
        {
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        var statement = new CommitStatement(connection, schema);
        statement.Fill(new CommitPlan(static _ => null, static _ => null, static () => default, null), null);
        await statement._batch.PrepareAsync(cancellationToken);
        return statement;
    }

    /// <summary>Commits a plan, or finds that it no longer holds.</summary>
    public async Task<CommitAnswer> ExecuteAsync(CommitPlan plan, long? term, CancellationToken cancellationToken)
    {
        Fill(plan, term);
        await using var reader = await _batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new CommitAnswer(reader.GetInt64(0), reader.GetBoolean(1), reader.GetFieldValue<long[]>(2), reader.GetInt64(3));
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    private static string Text(string schema) =>
        $"""
        WITH held AS MATERIALIZED (
            SELECT s.term,
                   (SELECT count(*) FROM unnest($1, $2) AS l (id, revision) JOIN {schema}.jobs j ON j.id = l.id AND j.revision = l.revision)
                   = cardinality($1) AS is_unchanged
            FROM {schema}.store s),
        written AS MATERIALIZED (
            SELECT CASE WHEN g.id < 0 THEN nextval('{schema}.job_ids') ELSE g.id END AS id, nextval('{schema}.changes') AS change, g.id < 0 AS is_new,
                   g.revision, g.state, g.user_name, g.algorithm, g.dataset, g.submitted_at, g.finished_at, g.document, g.group_name, g.key, g.team, g.pool
            FROM (SELECT * FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) WITH ORDINALITY
                      AS g (id, revision, state, user_name, algorithm, dataset, submitted_at, finished_at, document, group_name, key, team, pool, place) ORDER BY place) g
            WHERE (SELECT is_unchanged AND $3 IN (-1, term) FROM held)),
        updated AS (
            UPDATE {schema}.jobs j SET revision = w.revision, change = w.change, state = w.state, finished_at = w.finished_at, document = w.document::json
            FROM written w WHERE j.id = w.id AND NOT w.is_new),
        inserted AS (
            INSERT INTO {schema}.jobs (id, revision, change, state, user_name, algorithm, dataset, submitted_at, finished_at, document, group_name, idempotency_key, team, pool)
            SELECT id, revision, change, state, user_name, algorithm, dataset, submitted_at, finished_at, document::json, group_name, key, team, pool FROM written WHERE is_new)
        SELECT held.term, held.is_unchanged, ARRAY(SELECT id FROM written WHERE is_new ORDER BY change),
               coalesce((SELECT min(change) FROM written), 0),
               (SELECT count(pg_notify('orca_{schema}', '')) FROM (SELECT 1 FROM written LIMIT 1) w)
        FROM held
        """;

    private void Fill(CommitPlan plan, long? term)
    {
        var looked = plan.Looked.Values.OfType<Job>().ToList();
        var rows = plan.Rows.Select(r => r.Job).ToList();
        Set(0, looked.Select(j => j.Id.Value));
        Set(1, looked.Select(j => j.Revision));
        ((NpgsqlParameter<long>)_parameters[2]).TypedValue = term ?? -1;
        Set(3, rows.Select(j => j.Id.Value));
        Set(4, rows.Select(j => j.Revision));
        Set(5, rows.Select(j => (short)j.State));
        Set(6, rows.Select(j => JobColumns.ColumnOrNull(j.User)));
        Set(7, rows.Select(j => JobColumns.Column(j.Request.Algorithm)));
        Set(8, rows.Select(j => JobColumns.Column(j.Request.DatasetId)));
        Set(9, rows.Select(j => j.SubmittedAt.UtcTicks));
        Set(10, rows.Select(j => j.FinishedAt?.UtcTicks));
        Set(11, rows.Select(JobDocument.Write));
        Set(12, rows.Select(j => JobColumns.ColumnOrNull(j.Request.Group)));
        Set(13, rows.Select(j => JobColumns.ColumnOrNull(j.Request.IdempotencyKey)));
        Set(14, rows.Select(j => JobColumns.ColumnOrNull(j.Team)));
        Set(15, rows.Select(j => JobColumns.ColumnOrNull(j.Pool)));
    }

    private void Set<T>(int index, IEnumerable<T> values) => ((NpgsqlParameter<T[]>)_parameters[index]).TypedValue = [.. values];

    private void Add<T>(NpgsqlDbType type) => _parameters.Add(new NpgsqlParameter<T> { NpgsqlDbType = type });
}

/// <summary>What became of a commit.</summary>
/// <param name="Term">The lease's current term.</param>
/// <param name="IsUnchanged">Whether every job was still as it was planned on.</param>
/// <param name="Drawn">The ids of the new jobs, in their order, if it was done.</param>
/// <param name="FirstChange">The number of the first row in the feed; the others follow it without a gap. 0 if nothing was written.</param>
internal readonly record struct CommitAnswer(long Term, bool IsUnchanged, IReadOnlyList<long> Drawn, long FirstChange);
