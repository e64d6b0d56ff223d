using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Tables that the first version made go on with all that is in them, also while hosts of the first version still write.</summary>
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

    private async Task RunAsync(string text, string schema)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(text
            .Replace("{0}", schema, StringComparison.Ordinal)
            .Replace("{1}", $"{Database.Schema.LockKey(schema, "write")}", StringComparison.Ordinal));
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
