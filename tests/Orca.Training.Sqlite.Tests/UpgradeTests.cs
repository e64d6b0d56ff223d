using Microsoft.Data.Sqlite;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Models.Relational;
using Orca.Training.Runs;
using Orca.Training.Runs.Relational;
using Orca.Training.Sqlite.Database;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Sqlite.Tests;

/// <summary>A file that an older version made goes on with all that is in it.</summary>
public sealed class UpgradeTests : IDisposable
{
    // As the first version made a file and wrote a new job: this never changes.
    private const string FirstVersion =
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
        CREATE TABLE orca_schema (version INTEGER NOT NULL);
        INSERT INTO orca_schema VALUES (1);
        INSERT INTO orca_store (id, installation, term, openings) VALUES (1, 'abcdef01', 7, 3);
        INSERT INTO orca_jobs (id, revision, state, user, algorithm, dataset, submitted_at, finished_at, document)
        VALUES (1, 1, 0, 'ann', 'a', 'd', 640460736000000000, NULL, '{"v":1,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"","name":"","outputModelName":"","parameters":{},"labels":{},"workers":1},"user":"ann","revision":1,"state":"Queued","submittedAt":"2030-01-01T00:00:00+00:00","deferrals":0,"lastAttempt":0,"attempts":[],"progress":{"metrics":{},"position":{"timestamp":0,"lines":0}},"artifacts":[]}}');
        """;

    // What the second version made of that, with a job that ran: this never changes either.
    private const string SecondVersion =
        """
        ALTER TABLE orca_jobs ADD COLUMN group_name TEXT;
        DROP INDEX orca_jobs_group;
        CREATE INDEX orca_jobs_group_name ON orca_jobs (group_name, id) WHERE group_name IS NOT NULL;
        UPDATE orca_schema SET version = 2;
        INSERT INTO orca_jobs (id, revision, state, user, algorithm, dataset, submitted_at, finished_at, group_name, document)
        VALUES (2, 4, 3, 'ann', 'a', 'd', 640460736000000000, 640460737800000000, 'g', '{"v":2,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"v1","name":"","outputModelName":"m","parameters":{},"labels":{},"workers":1,"group":"g","dependsOn":[],"isHeld":false},"user":"ann","revision":4,"state":"Succeeded","submittedAt":"2030-01-01T00:00:00+00:00","finishedAt":"2030-01-01T00:03:00+00:00","deferrals":0,"lastAttempt":1,"attempts":[{"number":1,"machine":"m1","createdAt":"2030-01-01T00:01:00+00:00","startedAt":"2030-01-01T00:02:00+00:00","endedAt":"2030-01-01T00:03:00+00:00","incarnations":["c1"],"outcome":{"code":"Completed","message":"Done."}}],"progress":{"metrics":{"accuracy":0.9},"position":{"timestamp":5,"lines":1}},"outcome":{"code":"Completed","message":"Done."},"artifacts":[{"name":"model.bin","location":"file:///model.bin","size":3,"sha256":"abc"}]}}');
        """;

    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_of_the_first_version_is_upgraded_with_its_jobs()
    {
        var file = NewFile(FirstVersion);
        await using var store = StoreFolder.Open(file);
        var old = Assert.Single((await store.ReadOpenJobsAsync(Cancel)).Jobs);
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        var begun = await store.ApplyAsync([new JobCommand.BeginAttempt(old.Id, 1, "m", JobSamples.At(1))], fence, Cancel);
        var grouped = JobSamples.Submit() with { Request = JobSamples.Request() with { Group = "g", IdempotencyKey = "k" }, Fingerprint = "f" };
        var next = (await store.ApplyAsync([grouped], null, Cancel))[0].Job!.Id;

        Assert.Equal(("abcdef01", 8), ((await store.GetInstallationAsync(Cancel)).Value, fence.Term));
        Assert.Equal((1, "ann", "d", JobSamples.At(0)), (old.Id.Value, old.User, old.Request.DatasetId, old.SubmittedAt));
        Assert.True(begun[0].Applied);
        Assert.Equal([new PoolCount(null, null, 1, 2)], await store.CountOpenAsync(null, Cancel));
        Assert.Equal(next, Assert.Single(await store.ReadPageAsync(new JobQuery { Group = "g", Limit = 10 }, Cancel)).Job.Id);
        Assert.Equal(next, (await store.FindByKeyAsync("ann", "k", Cancel))?.Id);
        Assert.Equal([next, old.Id], (await store.ReadPageAsync(new JobQuery { User = "ann", Limit = 10 }, Cancel)).Select(r => r.Job.Id));
    }

    [Fact]
    public async Task Jobs_that_ran_before_the_upgrade_are_runs_and_stay_when_they_are_removed()
    {
        var file = NewFile(FirstVersion + SecondVersion);
        await using var store = StoreFolder.Open(file);
        var database = new SqliteRunDatabase(store, new SqliteJobStoreOptions { ConnectionString = $"Data Source={file}" });
        var runs = new RelationalRunStore(database);
        var models = new RelationalModelStore(database, runs);
        var best = new RunQuery { DatasetId = "d", Group = "g", ModelName = "m", DatasetVersion = "v1", OrderBy = "accuracy" };
        var before = Assert.Single(await runs.QueryAsync(best, Cancel));
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;

        await store.RemoveAsync([new JobId(2)], fence, Cancel);

        var after = Assert.Single(await runs.QueryAsync(best, Cancel));
        Assert.Equal((2, 0.9, "model.bin", JobSamples.At(3)), (after.Job.Value, after.Metrics["accuracy"], after.Artifacts[0].Name, after.FinishedAt));
        Assert.Equal((before.Job, before.Execution, before.StartedAt), (after.Job, after.Execution, after.StartedAt));
        Assert.Null(await runs.ReadAsync(new JobId(1), Cancel));
        Assert.Equal(1, await models.ReserveAsync("m", new JobId(3), Cancel));
    }

    [Fact]
    public async Task Jobs_and_runs_from_before_there_were_teams_are_the_default_team_s_and_still_their_users()
    {
        var file = NewFile(FirstVersion + SecondVersion);
        await using var store = StoreFolder.Open(file);
        var runs = new RelationalRunStore(new SqliteRunDatabase(store, new SqliteJobStoreOptions { ConnectionString = $"Data Source={file}" }));

        await TeamlessJobsCase.CheckAsync(store, runs);
    }

    [Fact]
    public async Task Jobs_from_before_the_upgrade_are_found_by_label_and_name_until_they_are_removed()
    {
        var file = NewFile(FirstVersion + SearchUpgradeCase.Labelled(SecondVersion));
        await using var store = StoreFolder.Open(file);
        await SearchUpgradeCase.CheckAsync(store, [new JobId(2)], Cancel);
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;

        await store.RemoveAsync([new JobId(2)], fence, Cancel);

        await SearchUpgradeCase.CheckAsync(store, [], Cancel);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var left = connection.CreateCommand();
        left.CommandText = "SELECT count(*) FROM orca_job_labels";
        Assert.Equal(0L, left.ExecuteScalar());
    }

    private string NewFile(string made)
    {
        var file = _folder.NewFile();
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var make = connection.CreateCommand();
        make.CommandText = made;
        make.ExecuteNonQuery();
        return file;
    }
}
