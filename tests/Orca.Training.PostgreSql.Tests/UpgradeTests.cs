using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Models.Relational;
using Orca.Training.PostgreSql.Database;
using Orca.Training.Runs;
using Orca.Training.Runs.Relational;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Tables that an older version made go on with all that is in them, also while hosts of that version still write.</summary>
public sealed class UpgradeTests(PostgreSqlServer server)
{
    // As the first version made its tables: this never changes. {0} is the schema.
    private const string FirstVersion =
        """
        CREATE SCHEMA {0};
        CREATE TABLE {0}.version (version int NOT NULL, least_host int NOT NULL);
        INSERT INTO {0}.version VALUES (1, 1);
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
        INSERT INTO {0}.store (id, installation, term) VALUES (1, 'abcdef01', 7);
        """;

    // As it wrote a new job, and a change of one; less how it looked first whether it may.
    private const string FirstInsert =
        """
        WITH l AS MATERIALIZED (SELECT pg_advisory_xact_lock({1}))
        INSERT INTO {0}.jobs (id, revision, change, state, user_name, algorithm, dataset, submitted_at, finished_at, document)
        SELECT nextval('{0}.job_ids'), 1, nextval('{0}.changes'), 0, 'ann', 'a', 'd', 640460736000000000, NULL,
            '{"v":1,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"","name":"","outputModelName":"","parameters":{},"labels":{},"workers":1},"user":"ann","revision":1,"state":"Queued","submittedAt":"2030-01-01T00:00:00+00:00","deferrals":0,"lastAttempt":0,"attempts":[],"progress":{"metrics":{},"position":{"timestamp":0,"lines":0}},"artifacts":[]}}'::json FROM l;
        SELECT pg_notify('orca_{0}', '');
        """;

    private const string FirstUpdate =
        """
        WITH l AS MATERIALIZED (SELECT pg_advisory_xact_lock({1}))
        UPDATE {0}.jobs j SET revision = 2, change = nextval('{0}.changes'), state = 0, finished_at = NULL,
            document = jsonb_set(jsonb_set(document::jsonb, '{job,revision}', '2'), '{job,cancelRequestedAt}', '"2030-01-01T00:00:00+00:00"')::json FROM l WHERE j.revision = 1;
        SELECT pg_notify('orca_{0}', '');
        """;

    // What the second version made of that, and how it wrote a job's success; less all that came before it. This never changes either.
    private const string SecondVersion =
        """
        ALTER TABLE {0}.jobs ADD COLUMN group_name text;
        DROP INDEX {0}.jobs_group;
        CREATE INDEX jobs_group_name ON {0}.jobs (group_name, id) WHERE group_name IS NOT NULL;
        UPDATE {0}.version SET version = 2, least_host = 1;
        """;

    private const string SecondSuccess =
        """
        WITH l AS MATERIALIZED (SELECT pg_advisory_xact_lock({1}))
        INSERT INTO {0}.jobs (id, revision, change, state, user_name, algorithm, dataset, submitted_at, finished_at, group_name, document)
        SELECT nextval('{0}.job_ids'), 4, nextval('{0}.changes'), 3, 'ann', 'a', 'd', 640460736000000000, 640460737800000000, 'g',
            '{"v":2,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"v1","name":"","outputModelName":"m","parameters":{},"labels":{},"workers":1,"group":"g","dependsOn":[],"isHeld":false},"user":"ann","revision":4,"state":"Succeeded","submittedAt":"2030-01-01T00:00:00+00:00","finishedAt":"2030-01-01T00:03:00+00:00","deferrals":0,"lastAttempt":1,"attempts":[{"number":1,"machine":"m1","createdAt":"2030-01-01T00:01:00+00:00","startedAt":"2030-01-01T00:02:00+00:00","endedAt":"2030-01-01T00:03:00+00:00","incarnations":["c1"],"outcome":{"code":"Completed","message":"Done."}}],"progress":{"metrics":{"accuracy":0.9},"position":{"timestamp":5,"lines":1}},"outcome":{"code":"Completed","message":"Done."},"artifacts":[{"name":"model.bin","location":"file:///model.bin","size":3,"sha256":"abc"}]}}'::json FROM l;
        SELECT pg_notify('orca_{0}', '');
        """;

    // As it removed one.
    private const string SecondRemoval = "DELETE FROM {0}.jobs WHERE id = 3 AND state >= 3; SELECT pg_notify('orca_{0}', 'removed')";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_of_the_first_version_are_upgraded_with_their_jobs_while_its_hosts_go_on_writing()
    {
        var schema = Stores.NewSchema();
        await RunAsync(FirstVersion, schema);
        await RunAsync(FirstInsert, schema);
        await using var store = Stores.Open(server, schema, configure: o => o.PollPeriod = TimeSpan.FromHours(1));
        var open = await store.ReadOpenJobsAsync(Cancel);
        var grouped = JobSamples.Submit() with { Request = JobSamples.Request() with { Group = "g", IdempotencyKey = "k" }, Fingerprint = "f" };
        var ours = (await store.ApplyAsync([grouped], null, Cancel))[0].Job!.Id;
        var before = (await store.ReadChangesAsync(open.Cursor, Cancel)).Next;

        await RunAsync(FirstInsert, schema);
        var theirs = await store.ReadChangesAsync(before, Cancel);
        await RunAsync(FirstUpdate, schema);
        var changed = await store.ReadChangesAsync(theirs.Next, Cancel);

        Assert.Equal("abcdef01", (await store.GetInstallationAsync(Cancel)).Value);
        Assert.Equal(["ann"], open.Jobs.Select(j => j.User));
        Assert.Equal([(new JobId(3), 1L)], theirs.Changes.Select(j => (j.Id, j.Revision)));
        Assert.All(changed.Changes, j => Assert.NotNull(j.CancelRequestedAt));
        var keyed = await store.FindByKeyAsync("ann", "k", Cancel);
        Assert.Equal((ours, 2, "g"), (keyed!.Id, keyed.Revision, keyed.Request.Group));
        Assert.Equal(ours, Assert.Single(await store.ReadPageAsync(new JobQuery { Group = "g", Limit = 10 }, Cancel)).Job.Id);
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        Assert.Equal(8, fence.Term);
        Assert.True((await store.ApplyAsync([new JobCommand.FinishQueued(new JobId(3), JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(1))], fence, Cancel))[0].Applied);
    }

    [Fact]
    public async Task Jobs_that_ran_before_the_upgrade_and_on_older_hosts_since_are_runs_and_stay_when_they_are_removed()
    {
        var schema = Stores.NewSchema();
        await RunAsync(FirstVersion, schema);
        await RunAsync(SecondVersion, schema);
        await RunAsync(SecondSuccess, schema);
        await using var store = Stores.Open(server, schema, configure: o => o.PollPeriod = TimeSpan.FromHours(1));
        await using var data = new PostgreSqlDataSource(NpgsqlDataSource.Create(server.ConnectionString), isOwned: true);
        var database = new PostgreSqlRunDatabase(store, data, schema);
        var runs = new RelationalRunStore(database);
        var models = new RelationalModelStore(database, runs);
        var best = new RunQuery { DatasetId = "d", Group = "g", ModelName = "m", DatasetVersion = "v1", OrderBy = "accuracy" };
        Assert.Equal(1, Assert.Single(await runs.QueryAsync(best, Cancel)).Job.Value);
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;

        await RunAsync(SecondSuccess, schema);
        await RunAsync(SecondSuccess, schema);
        await store.RemoveAsync([new JobId(1)], fence, Cancel);
        await RunAsync(SecondRemoval, schema);

        // What an older host removes is gone: it knows of no runs.
        Assert.Equal([2L, 1L], (await runs.QueryAsync(best, Cancel)).Select(r => r.Job.Value));
        var run = await runs.ReadAsync(new JobId(1), Cancel);
        Assert.Equal((0.9, "model.bin", JobSamples.At(3)), (run!.Metrics["accuracy"], run.Artifacts[0].Name, run.FinishedAt));
        Assert.Equal(1, await models.ReserveAsync("m", new JobId(9), Cancel));

        // As an older host writes a run; the table says when its training finished all the same.
        await RunAsync("INSERT INTO {0}.runs (id, state, algorithm, dataset, document) SELECT 7, 3, 'a', 'd', document FROM {0}.runs; DO $$ BEGIN ASSERT (SELECT finished_at FROM {0}.runs WHERE id = 7) = 640290529800000000; END $$", schema);
    }

    [Fact]
    public async Task Jobs_from_before_there_were_pools_go_on_without_one_beside_those_that_have_one()
    {
        var schema = Stores.NewSchema();
        await RunAsync(FirstVersion, schema);
        await RunAsync(FirstInsert, schema);
        await using var store = Stores.Open(server, schema, configure: o => o.PollPeriod = TimeSpan.FromHours(1));
        var pooled = (await store.ApplyAsync([JobSamples.Submit() with { Pool = "day" }], null, Cancel))[0].Job!;
        var old = (await store.ReadOpenJobsAsync(Cancel)).Jobs[0];
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        var begun = await store.ApplyAsync([new JobCommand.BeginAttempt(old.Id, 1, "m", JobSamples.At(1)), new JobCommand.BeginAttempt(pooled.Id, 1, "m", JobSamples.At(1))], fence, Cancel);

        Assert.All(begun, result => Assert.True(result.Applied));
        Assert.Null(old.Pool);
        Assert.Equal(
            [new PoolCount(null, null, 0, 1), new PoolCount("day", "ann", 0, 1)],
            (await store.CountOpenAsync(null, Cancel)).OrderBy(c => c.Pool, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Jobs_and_runs_from_before_there_were_teams_are_the_default_team_s_and_still_their_users()
    {
        var schema = Stores.NewSchema();
        await RunAsync(FirstVersion, schema);
        await RunAsync(FirstInsert, schema);
        await RunAsync(SecondVersion, schema);
        await RunAsync(SecondSuccess, schema);
        await using var store = Stores.Open(server, schema);
        await using var data = new PostgreSqlDataSource(NpgsqlDataSource.Create(server.ConnectionString), isOwned: true);
        var runs = new RelationalRunStore(new PostgreSqlRunDatabase(store, data, schema));

        await TeamlessJobsCase.CheckAsync(store, runs);
    }

    [Fact]
    public async Task Jobs_from_before_the_upgrade_and_of_older_hosts_since_are_found_by_label_and_name_until_they_are_removed()
    {
        var schema = Stores.NewSchema();
        await RunAsync(FirstVersion, schema);
        await RunAsync(FirstInsert, schema);
        await RunAsync(SearchUpgradeCase.Labelled(FirstInsert), schema);
        await RunAsync(SecondVersion, schema);
        await using var store = Stores.Open(server, schema);
        await SearchUpgradeCase.CheckAsync(store, [new JobId(2)], Cancel);

        await RunAsync(SearchUpgradeCase.Labelled(SecondSuccess), schema);
        await SearchUpgradeCase.CheckAsync(store, [new JobId(2), new JobId(3)], Cancel);
        await RunAsync(SecondRemoval, schema);

        await SearchUpgradeCase.CheckAsync(store, [new JobId(2)], Cancel);
        await RunAsync("DO $$ BEGIN ASSERT (SELECT count(*) FROM {0}.job_labels) = 2 AND (SELECT count(*) FROM {0}.job_facts) = 2; END $$", schema);
    }

    private async Task RunAsync(string text, string schema)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(text
            .Replace("{0}", schema, StringComparison.Ordinal)
            .Replace("{1}", $"{Schema.LockKey(schema, "write")}", StringComparison.Ordinal));
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
