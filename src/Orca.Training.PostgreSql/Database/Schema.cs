using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.PostgreSql.Database;

/// <summary>
/// The tables and their versions. Hosts of two versions work side by side while one after the other is upgraded: so a migration only
/// adds, and what nobody uses any more goes in a later version, which says how old a host may be that still works with it.
/// </summary>
internal static class Schema
{
    /// <summary>Each makes the next version out of the one before; a new one is added at the end.</summary>
    private static readonly Migration[] Migrations =
    [
        new(LeastHost: 1,
            """
            CREATE TABLE {0}.store (
                id int PRIMARY KEY CHECK (id = 1),
                installation text NOT NULL,
                term bigint NOT NULL DEFAULT 0,   -- the lease's; grows with each holder
                holder text,
                ends_at timestamptz               -- by this server's clock
            );
            CREATE SEQUENCE {0}.job_ids;
            CREATE SEQUENCE {0}.changes;          -- drawn from under the write lock only, so that numbers come in the order of the commits
            CREATE TABLE {0}.jobs (
                id bigint PRIMARY KEY,
                revision bigint NOT NULL,
                change bigint,                    -- null while no store has taken up what an application's own transaction wrote
                state smallint NOT NULL,          -- 0 queued, 1 launching, 2 running, 3 succeeded, 4 failed, 5 cancelled
                user_name text,
                algorithm text NOT NULL,
                dataset text NOT NULL,
                submitted_at bigint NOT NULL,     -- UTC, in ticks of 100 ns since the year 1
                finished_at bigint,
                group_id bigint,
                idempotency_key text,
                idempotency_hash bytea,
                document json NOT NULL
            ) WITH (fillfactor = 70);
            CREATE UNIQUE INDEX jobs_change ON {0}.jobs (change);
            CREATE INDEX jobs_open ON {0}.jobs (id) WHERE state < 3;
            CREATE INDEX jobs_outside ON {0}.jobs (id) WHERE change IS NULL;
            CREATE INDEX jobs_final ON {0}.jobs (state, id) WHERE state >= 3;
            CREATE INDEX jobs_finished ON {0}.jobs (finished_at) WHERE state >= 3;
            CREATE INDEX jobs_user ON {0}.jobs (user_name, id) WHERE state >= 3;
            CREATE INDEX jobs_algorithm ON {0}.jobs (algorithm, id) WHERE state >= 3;
            CREATE INDEX jobs_dataset ON {0}.jobs (dataset, id) WHERE state >= 3;
            CREATE INDEX jobs_group ON {0}.jobs (group_id, id) WHERE group_id IS NOT NULL;
            CREATE UNIQUE INDEX jobs_key ON {0}.jobs (coalesce(user_name, ''), idempotency_key) WHERE idempotency_key IS NOT NULL;
            """),
        // A group is a name, and what a submission is compared with is in its document: the columns that were meant for both stay unused.
        new(LeastHost: 1,
            """
            ALTER TABLE {0}.jobs ADD COLUMN group_name text;
            DROP INDEX {0}.jobs_group;
            CREATE INDEX jobs_group_name ON {0}.jobs (group_name, id) WHERE group_name IS NOT NULL;
            """),
        new(LeastHost: 1,
            """
            -- The runs of jobs that were removed; those of the others are their jobs.
            CREATE TABLE {0}.runs (
                id bigint PRIMARY KEY,
                state smallint NOT NULL,
                algorithm text NOT NULL,
                dataset text NOT NULL,
                group_name text,
                user_name text,
                model text,                       -- what it was to be called
                document json NOT NULL
            );
            CREATE INDEX runs_algorithm ON {0}.runs (algorithm, id);
            CREATE INDEX runs_dataset ON {0}.runs (dataset, id);
            CREATE INDEX runs_group ON {0}.runs (group_name, id) WHERE group_name IS NOT NULL;
            CREATE INDEX runs_user ON {0}.runs (user_name, id) WHERE user_name IS NOT NULL;
            CREATE INDEX runs_model ON {0}.runs (model, id) WHERE model <> '';
            CREATE TABLE {0}.models (name text NOT NULL, version int NOT NULL, job bigint NOT NULL, removed int NOT NULL, PRIMARY KEY (name, version), UNIQUE (name, job));
            CREATE TABLE {0}.model_aliases (name text NOT NULL, alias text NOT NULL, version int NOT NULL, PRIMARY KEY (name, alias));
            CREATE TABLE {0}.metric_ends (
                job bigint NOT NULL,
                attempt int NOT NULL,
                rank int NOT NULL,
                timestamp bigint NOT NULL,        -- how far the output was read
                lines int NOT NULL,
                PRIMARY KEY (job, attempt, rank)
            );
            CREATE TABLE {0}.metric_series (
                id bigserial PRIMARY KEY,
                job bigint NOT NULL,
                attempt int NOT NULL,
                rank int NOT NULL,
                name text NOT NULL,
                count bigint NOT NULL,
                last_step float8 NOT NULL,
                last_value float8 NOT NULL,
                last_time bigint NOT NULL,
                least float8 NOT NULL,
                greatest float8 NOT NULL,
                UNIQUE (job, attempt, rank, name)
            );
            CREATE TABLE {0}.metric_chunks (
                series bigint NOT NULL,
                first bigint NOT NULL,            -- the number of its first point in the series, from 0
                count int NOT NULL,
                first_step float8 NOT NULL,       -- the least and the greatest step of its points
                last_step float8 NOT NULL,
                points bytea NOT NULL,
                outline bytea NOT NULL,
                PRIMARY KEY (series, first)
            );
            -- They hardly shrink, and packing them would cost more than it saves.
            ALTER TABLE {0}.metric_chunks ALTER COLUMN points SET STORAGE EXTERNAL, ALTER COLUMN outline SET STORAGE EXTERNAL;
            """),
        // Of a job with very many points the older ones are thinned. An older host would look for a last row that grows, and there is none any more.
        new(LeastHost: 4,
            """
            ALTER TABLE {0}.metric_series ADD COLUMN left_out bigint NOT NULL DEFAULT 0; -- points that were printed and are not kept
            ALTER TABLE {0}.metric_chunks ADD COLUMN level int NOT NULL DEFAULT 0;       -- how often its points were thinned to a half
            """),
        // Whose a job is, so that lists are cut to what a caller may see. A job without a team, as an older host writes it, is the default team's.
        new(LeastHost: 4,
            """
            ALTER TABLE {0}.jobs ADD COLUMN team text;
            CREATE INDEX jobs_team ON {0}.jobs (team, id) WHERE state >= 3;
            ALTER TABLE {0}.runs ADD COLUMN team text;
            CREATE INDEX runs_team ON {0}.runs (team, id);
            -- The datasets and models that are one team's; all others are everybody's.
            CREATE TABLE {0}.owned_names (kind int NOT NULL, name text NOT NULL, team text NOT NULL, PRIMARY KEY (kind, name));
            CREATE TABLE {0}.audit (
                id bigserial PRIMARY KEY,
                at bigint NOT NULL,               -- UTC, in ticks of 100 ns since the year 1
                user_name text,
                team text,
                origin text,
                operation text NOT NULL,
                subject text NOT NULL
            );
            CREATE INDEX audit_at ON {0}.audit (at);
            """),
        // What lists are asked for. None of it ever changes, so it lies in tables of its own: a change of a job writes to each index of the job's table.
        new(LeastHost: 4,
            """
            CREATE TABLE {0}.job_facts (
                id bigint PRIMARY KEY,
                user_name text COLLATE "C",
                team text COLLATE "C",
                algorithm text COLLATE "C" NOT NULL,
                dataset text COLLATE "C" NOT NULL,
                group_name text COLLATE "C",
                name text COLLATE "C" NOT NULL,
                submitted_at bigint NOT NULL
            );
            CREATE TABLE {0}.job_labels (name text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL, job bigint NOT NULL, PRIMARY KEY (name, value, job));
            -- A job as its fields can be asked for: the server refuses to look into a document with U+0000.
            CREATE FUNCTION {0}.job_of(document json) RETURNS json LANGUAGE sql IMMUTABLE AS $$
                SELECT CASE WHEN strpos($1::text, '\u0000') > 0 THEN replace($1::text, '\u0000', '\ufffd')::json ELSE $1 END -> 'job'
            $$;
            -- Whoever writes a job, an older host and an application's own transaction too. The plans are made once, and have to go by the ids.
            CREATE FUNCTION {0}.add_facts() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
            BEGIN
                INSERT INTO {0}.job_facts
                SELECT id, left(user_name, 256), left(team, 256), left(algorithm, 256), left(dataset, 256), left(group_name, 256),
                    left(coalesce({0}.job_of(document) -> 'request' ->> 'name', ''), 256), submitted_at FROM added;
                INSERT INTO {0}.job_labels
                SELECT left(l.key, 256), left(l.value, 256), a.id FROM added a, json_each_text({0}.job_of(a.document) -> 'request' -> 'labels') l ON CONFLICT DO NOTHING;
                RETURN NULL;
            END
            $$;
            CREATE FUNCTION {0}.remove_facts() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
            BEGIN
                DELETE FROM {0}.job_facts f USING removed r WHERE f.id = r.id;
                DELETE FROM {0}.job_labels o USING removed r, json_each_text({0}.job_of(r.document) -> 'request' -> 'labels') l
                WHERE o.name = left(l.key, 256) AND o.value = left(l.value, 256) AND o.job = r.id;
                RETURN NULL;
            END
            $$;
            CREATE TRIGGER jobs_added AFTER INSERT ON {0}.jobs REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {0}.add_facts();
            CREATE TRIGGER jobs_removed AFTER DELETE ON {0}.jobs REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION {0}.remove_facts();
            -- The triggers have the lock of the table: no job is written between them and this.
            INSERT INTO {0}.job_facts
            SELECT id, left(user_name, 256), left(team, 256), left(algorithm, 256), left(dataset, 256), left(group_name, 256),
                left(coalesce({0}.job_of(document) -> 'request' ->> 'name', ''), 256), submitted_at FROM {0}.jobs;
            INSERT INTO {0}.job_labels
            SELECT left(l.key, 256), left(l.value, 256), j.id FROM {0}.jobs j, json_each_text({0}.job_of(j.document) -> 'request' -> 'labels') l ON CONFLICT DO NOTHING;
            CREATE INDEX job_facts_user ON {0}.job_facts (user_name, id) WHERE user_name IS NOT NULL;
            CREATE INDEX job_facts_team ON {0}.job_facts (team, id);
            CREATE INDEX job_facts_algorithm ON {0}.job_facts (algorithm, id);
            CREATE INDEX job_facts_dataset ON {0}.job_facts (dataset, id);
            CREATE INDEX job_facts_group ON {0}.job_facts (group_name, id) WHERE group_name IS NOT NULL;
            CREATE INDEX job_facts_name ON {0}.job_facts (name, id) WHERE name <> '';
            CREATE INDEX job_facts_submitted ON {0}.job_facts (submitted_at, id);
            -- One state of those that are open, and those that have finished in the order in which they did.
            CREATE INDEX jobs_waiting ON {0}.jobs (state, id) WHERE state < 3;
            DROP INDEX {0}.jobs_open;
            CREATE INDEX jobs_ended ON {0}.jobs (finished_at, id) WHERE state >= 3;
            DROP INDEX {0}.jobs_finished;
            -- When the training of a run finished, so that runs can be removed after a time. An older host does not say it.
            ALTER TABLE {0}.runs ADD COLUMN finished_at bigint;
            CREATE FUNCTION {0}.finish_of(document json) RETURNS bigint LANGUAGE sql STABLE AS $$
                SELECT (extract(epoch FROM ({0}.job_of($1) ->> 'finishedAt')::timestamptz) * 10000000)::bigint + 621355968000000000
            $$;
            UPDATE {0}.runs SET finished_at = {0}.finish_of(document);
            CREATE INDEX runs_finished ON {0}.runs (finished_at, id);
            CREATE FUNCTION {0}.add_finish() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                new.finished_at := {0}.finish_of(new.document);
                RETURN new;
            END
            $$;
            CREATE TRIGGER runs_added BEFORE INSERT ON {0}.runs FOR EACH ROW WHEN (new.finished_at IS NULL) EXECUTE FUNCTION {0}.add_finish();
            """),
        // The pool that a job was submitted to, so that queues are counted. An older host cannot read the document of such a job, and leaves it alone.
        new(LeastHost: 4,
            """
            ALTER TABLE {0}.jobs ADD COLUMN pool text;
            CREATE INDEX jobs_pool ON {0}.jobs (pool, user_name, state) WHERE pool IS NOT NULL AND state < 3;
            """),
    ];

    public static int Version => Migrations.Length;

    /// <summary>A number of the database's advisory locks, the same for every host on this schema.</summary>
    public static long LockKey(string schema, string purpose) =>
        BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"Orca.Training/{schema}/{purpose}")), 0);

    /// <summary>
    /// The lock that an application's own transaction holds while it has taken an idempotency key, so that who else wants the key can see
    /// that without waiting for the row.
    /// </summary>
    public static long LockKey(string schema, JobKey key) => LockKey(schema, Invariant($"key/{key.User.Length}/{key.User}/{key.Key}"));

    /// <summary>Brings the schema to this version, one host at a time, and returns its installation.</summary>
    /// <exception cref="PostgreSqlStoreException">A newer version has made it such that this one cannot work with it.</exception>
    public static async Task<InstallationId> MigrateAsync(PostgreSqlDataSource data, string schema, ILogger logger, CancellationToken cancellationToken)
    {
        await using var connection = await data.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(Invariant($"SELECT pg_advisory_xact_lock({LockKey(schema, "schema")})"));
        var (found, least) = await FoundAsync(connection, schema, cancellationToken);
        if (least > Version)
        {
            throw new PostgreSqlStoreException(Invariant(
                $"Schema '{schema}' of {data.Name} has version {found}, which needs hosts that support version {least} or later. This version of Orca.Training.PostgreSql supports versions up to {Version}, and a newer one has upgraded the schema: upgrade this host."));
        }

        if (found == 0)
        {
            await RunAsync($"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE {schema}.version (version int NOT NULL, least_host int NOT NULL); INSERT INTO {schema}.version VALUES (0, 0)");
        }

        for (var version = found; version < Version; version++)
        {
            await RunAsync(Migrations[version].Text.Replace("{0}", schema, StringComparison.Ordinal));
        }

        if (found < Version)
        {
            await RunAsync(Invariant($"UPDATE {schema}.version SET version = {Version}, least_host = {Migrations[^1].LeastHost}"));
        }

        if (found == 0)
        {
            // Two stores must never claim each other's containers.
            await RunAsync($"INSERT INTO {schema}.store (id, installation) VALUES (1, '{RandomNumberGenerator.GetHexString(8, lowercase: true)}')");
        }

        await using var command = new NpgsqlCommand($"SELECT installation FROM {schema}.store", connection);
        var installation = new InstallationId((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        await transaction.CommitAsync(cancellationToken);
        if (found is > 0 && found < Version)
        {
            logger.Upgraded(data.Name, schema, found, Version);
        }

        return installation;

        async Task RunAsync(string text)
        {
#pragma warning disable CA2100 // The texts are this package's own, and the schema's name has been checked.
            // An upgrade of very many jobs may take its time, and another host's is waited for.
            await using var statement = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
            await statement.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<(int Version, int LeastHost)> FoundAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection) { Parameters = { new() { Value = $"{schema}.version" } } };
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            return (0, 0);
        }

        await using var version = new NpgsqlCommand($"SELECT version, least_host FROM {schema}.version", connection);
        await using var reader = await version.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    /// <param name="LeastHost">The oldest version of this package that works with what the migration leaves.</param>
    /// <param name="Text">Its statements; {0} is the schema.</param>
    private sealed record Migration(int LeastHost, string Text);
}
