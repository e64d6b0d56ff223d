using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using static System.FormattableString;

namespace Orca.Training.Sqlite.Database;

/// <summary>The tables and their versions. A migration is only ever added at the end; a file that a newer version made is left alone.</summary>
internal static class Schema
{
    /// <summary>Each makes the next version out of the one before.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE orca_store (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            installation TEXT NOT NULL,
            term INTEGER NOT NULL DEFAULT 0,      -- the lease's; grows with each holder
            openings INTEGER NOT NULL DEFAULT 0,  -- how often a host opened the store
            last_id INTEGER NOT NULL DEFAULT 0    -- the greatest id among the jobs that were deleted
        );
        CREATE TABLE orca_jobs (
            id INTEGER PRIMARY KEY,
            revision INTEGER NOT NULL,
            state INTEGER NOT NULL,               -- 0 queued, 1 launching, 2 running, 3 succeeded, 4 failed, 5 cancelled
            user TEXT,
            algorithm TEXT NOT NULL,
            dataset TEXT NOT NULL,
            submitted_at INTEGER NOT NULL,        -- UTC, in ticks of 100 ns since the year 1
            finished_at INTEGER,
            group_id INTEGER,
            idempotency_key TEXT,
            idempotency_hash BLOB,
            outside INTEGER,                      -- 1 while the store has not taken up what an application's own transaction wrote
            document TEXT NOT NULL
        );
        CREATE INDEX orca_jobs_open ON orca_jobs (id) WHERE state < 3;
        CREATE INDEX orca_jobs_final ON orca_jobs (state, id) WHERE state >= 3;
        CREATE INDEX orca_jobs_finished ON orca_jobs (finished_at) WHERE state >= 3;
        CREATE INDEX orca_jobs_user ON orca_jobs (user, id);
        CREATE INDEX orca_jobs_algorithm ON orca_jobs (algorithm, id);
        CREATE INDEX orca_jobs_dataset ON orca_jobs (dataset, id);
        CREATE INDEX orca_jobs_group ON orca_jobs (group_id, id) WHERE group_id IS NOT NULL;
        CREATE UNIQUE INDEX orca_jobs_key ON orca_jobs (coalesce(user, ''), idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE INDEX orca_jobs_outside ON orca_jobs (id) WHERE outside = 1;
        CREATE TRIGGER orca_jobs_deleted BEFORE DELETE ON orca_jobs BEGIN
            UPDATE orca_store SET last_id = max(last_id, old.id);
        END;
        """,
        """
        -- A group is a name, and what a submission is compared with is in its document: the columns that were meant for both stay unused.
        ALTER TABLE orca_jobs ADD COLUMN group_name TEXT;
        DROP INDEX orca_jobs_group;
        CREATE INDEX orca_jobs_group_name ON orca_jobs (group_name, id) WHERE group_name IS NOT NULL;
        """,
        """
        -- The runs of jobs that were removed; those of the others are their jobs.
        CREATE TABLE orca_runs (
            id INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            algorithm TEXT NOT NULL,
            dataset TEXT NOT NULL,
            group_name TEXT,
            user TEXT,
            model TEXT,                           -- what it was to be called
            document TEXT NOT NULL
        );
        CREATE INDEX orca_runs_algorithm ON orca_runs (algorithm, id);
        CREATE INDEX orca_runs_dataset ON orca_runs (dataset, id);
        CREATE INDEX orca_runs_group ON orca_runs (group_name, id) WHERE group_name IS NOT NULL;
        CREATE INDEX orca_runs_user ON orca_runs (user, id) WHERE user IS NOT NULL;
        CREATE INDEX orca_runs_model ON orca_runs (model, id) WHERE model <> '';
        CREATE TABLE orca_models (
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            job INTEGER NOT NULL,
            removed INTEGER NOT NULL,
            PRIMARY KEY (name, version),
            UNIQUE (name, job)
        ) WITHOUT ROWID;
        CREATE TABLE orca_model_aliases (name TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (name, alias)) WITHOUT ROWID;
        CREATE TABLE orca_metric_ends (
            job INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            timestamp INTEGER NOT NULL,           -- how far the output was read
            lines INTEGER NOT NULL,
            PRIMARY KEY (job, attempt, rank)
        ) WITHOUT ROWID;
        CREATE TABLE orca_metric_series (
            id INTEGER PRIMARY KEY,
            job INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            name TEXT NOT NULL,
            count INTEGER NOT NULL,
            last_step REAL NOT NULL,
            last_value REAL NOT NULL,
            last_time INTEGER NOT NULL,
            least REAL NOT NULL,
            greatest REAL NOT NULL,
            UNIQUE (job, attempt, rank, name)
        );
        CREATE TABLE orca_metric_chunks (
            series INTEGER NOT NULL,
            first INTEGER NOT NULL,               -- the number of its first point in the series, from 0
            count INTEGER NOT NULL,
            first_step REAL NOT NULL,             -- the least and the greatest step of its points
            last_step REAL NOT NULL,
            outline BLOB NOT NULL,                -- before the points: who reads it does not walk their pages
            points BLOB NOT NULL,
            PRIMARY KEY (series, first)
        );
        """,
        """
        -- Of a job with very many points the older ones are thinned.
        ALTER TABLE orca_metric_series ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0; -- points that were printed and are not kept
        ALTER TABLE orca_metric_chunks ADD COLUMN level INTEGER NOT NULL DEFAULT 0;    -- how often its points were thinned to a half
        """,
        """
        -- Whose a job is, so that lists are cut to what a caller may see. A job without a team is the default team's.
        ALTER TABLE orca_jobs ADD COLUMN team TEXT;
        CREATE INDEX orca_jobs_team ON orca_jobs (team, id);
        ALTER TABLE orca_runs ADD COLUMN team TEXT;
        CREATE INDEX orca_runs_team ON orca_runs (team, id);
        -- The datasets and models that are one team's; all others are everybody's.
        CREATE TABLE orca_owned_names (kind INTEGER NOT NULL, name TEXT NOT NULL, team TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
        CREATE TABLE orca_audit (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,                  -- UTC, in ticks of 100 ns since the year 1
            user TEXT,
            team TEXT,
            origin TEXT,
            operation TEXT NOT NULL,
            subject TEXT NOT NULL
        );
        CREATE INDEX orca_audit_at ON orca_audit (at);
        """,
        """
        -- What lists are asked for.
        ALTER TABLE orca_jobs ADD COLUMN name TEXT;
        UPDATE orca_jobs SET name = json_extract(document, '$.job.request.name') WHERE json_extract(document, '$.job.request.name') <> '';
        CREATE TABLE orca_job_labels (name TEXT NOT NULL, value TEXT NOT NULL, job INTEGER NOT NULL, PRIMARY KEY (name, value, job)) WITHOUT ROWID;
        INSERT OR IGNORE INTO orca_job_labels SELECT l.key, l.value, j.id FROM orca_jobs j, json_each(j.document, '$.job.request.labels') l;
        CREATE INDEX orca_jobs_name ON orca_jobs (name, id) WHERE name <> '';
        CREATE INDEX orca_jobs_submitted ON orca_jobs (submitted_at, id);
        -- One state of those that are open.
        CREATE INDEX orca_jobs_waiting ON orca_jobs (state, id) WHERE state < 3;
        DROP INDEX orca_jobs_open;
        CREATE TRIGGER orca_jobs_labelled AFTER INSERT ON orca_jobs WHEN json_extract(new.document, '$.job.request.labels') <> '{}' BEGIN
            INSERT OR IGNORE INTO orca_job_labels SELECT key, value, new.id FROM json_each(new.document, '$.job.request.labels');
        END;
        CREATE TRIGGER orca_jobs_unlabelled AFTER DELETE ON orca_jobs WHEN json_extract(old.document, '$.job.request.labels') <> '{}' BEGIN
            DELETE FROM orca_job_labels WHERE (name, value, job) IN (SELECT key, value, old.id FROM json_each(old.document, '$.job.request.labels'));
        END;
        -- When the training of a run finished, so that runs can be removed after a time.
        ALTER TABLE orca_runs ADD COLUMN finished_at INTEGER;
        UPDATE orca_runs SET finished_at = CAST((julianday(json_extract(document, '$.job.finishedAt')) - 1721425.5) * 864000000000 AS INTEGER);
        CREATE INDEX orca_runs_finished ON orca_runs (finished_at, id);
        """,
    ];

    public static int Version => Migrations.Length;

    /// <summary>Brings the file to this version, in one transaction.</summary>
    /// <exception cref="SqliteStoreException">A newer version made the file.</exception>
    public static void Migrate(SqliteConnection connection, string file)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var found = FoundVersion(connection, transaction);
        if (found > Version)
        {
            throw new SqliteStoreException(Invariant(
                $"The job store '{file}' has schema version {found}. This version of Orca.Training.Sqlite supports versions up to {Version}, and a newer one has upgraded the file: upgrade this host, or use another file."));
        }

        for (var version = found; version < Version; version++)
        {
            connection.Run(Migrations[version], transaction);
        }

        if (found == 0)
        {
            connection.Run("CREATE TABLE orca_schema (version INTEGER NOT NULL); INSERT INTO orca_schema VALUES (0)", transaction);
            using var store = connection.Command("INSERT INTO orca_store (id, installation) VALUES (1, @installation)", transaction);
            // Two stores must never claim each other's containers.
            store.Parameters.AddWithValue("@installation", RandomNumberGenerator.GetHexString(8, lowercase: true));
            store.ExecuteNonQuery();
        }

        connection.Run(Invariant($"UPDATE orca_schema SET version = {Version} WHERE version < {Version}"), transaction);
        transaction.Commit();
    }

    private static int FoundVersion(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var tables = connection.Command("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'orca_schema'", transaction);
        if ((long)tables.ExecuteScalar()! == 0)
        {
            return 0;
        }

        using var version = connection.Command("SELECT version FROM orca_schema", transaction);
        return (int)(long)version.ExecuteScalar()!;
    }
}
