using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.PostgreSql.Database;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Several hosts on one database, also of two versions.</summary>
public sealed class SeveralHostsTests(PostgreSqlServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosts_that_start_at_once_make_one_installation()
    {
        var schema = Stores.NewSchema();
        var hosts = Enumerable.Range(0, 4).Select(_ => Stores.Open(server, schema)).ToList();

        var installations = await Task.WhenAll(hosts.Select(h => Task.Run(async () => await h.GetInstallationAsync(Cancel), Cancel)));

        Assert.Single(installations.Distinct());
        await Task.WhenAll(hosts.Select(h => h.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Calls_that_come_while_the_tables_are_being_made_wait_for_them()
    {
        await using var store = Stores.Open(server, Stores.NewSchema());

        var found = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await store.FindByKeyAsync("u", "k", Cancel), Cancel)));

        Assert.All(found, Assert.Null);
    }

    [Fact]
    public async Task What_one_host_records_the_other_reads_and_is_told()
    {
        var schema = Stores.NewSchema();
        await using var one = Stores.Open(server, schema, configure: o => o.PollPeriod = TimeSpan.FromHours(1));
        await using var two = Stores.Open(server, schema, configure: o => o.PollPeriod = TimeSpan.FromHours(1));
        var start = (await two.ReadOpenJobsAsync(Cancel)).Cursor;
        var feed = two.ReadChangesAsync(start, Cancel).AsTask();

        var job = await SubmitAsync(one);

        Assert.Equal([job], (await feed).Changes.Select(j => j.Id));
        var watching = two.ReadJobChangesAsync(job, 1, Cancel).AsTask();
        await one.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], null, Cancel);
        Assert.NotNull((await watching)![^1].CancelRequestedAt);
        Assert.Equal(2, (await two.ReadAsync(job, Cancel))!.Value.Job.Revision);
    }

    [Fact]
    public async Task Two_hosts_that_change_the_same_jobs_never_lose_a_change()
    {
        var schema = Stores.NewSchema();
        await using var one = Stores.Open(server, schema);
        await using var two = Stores.Open(server, schema);
        var fence = (await one.AcquireLeaseAsync("one", TimeSpan.FromHours(1), Cancel))!.Value;
        var jobs = new List<JobId>();
        for (var i = 0; i < 20; i++)
        {
            jobs.Add(await SubmitAsync(one));
        }

        await one.ApplyAsync([.. jobs.Select(j => new JobCommand.BeginAttempt(j, 1, "m", JobSamples.At(1)))], fence, Cancel);
        await one.ApplyAsync([.. jobs.Select(j => new JobCommand.BeginRunning(j, 1, ["c"], JobSamples.At(1)))], fence, Cancel);

        // The decider records progress while callers of the other host cancel.
        var deciding = Task.Run(async () =>
        {
            for (var i = 1; i <= 20; i++)
            {
                var results = await one.ApplyAsync([.. jobs.Select(j => new JobCommand.RecordProgress(j, 1, new TrainingProgress { Done = i }, JobSamples.At(1)))], fence, Cancel);
                Assert.All(results, r => Assert.True(r.Applied));
            }
        }, Cancel);
        foreach (var job in jobs)
        {
            Assert.True((await two.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], null, Cancel))[0].Applied);
        }

        await deciding;
        foreach (var reading in await two.ReadAsync(jobs, Cancel))
        {
            Assert.Equal((24, 20.0), (reading!.Value.Job.Revision, reading.Value.Job.Progress.Done));
            Assert.NotNull(reading.Value.Job.CancelRequestedAt);
        }
    }

    [Fact]
    public async Task A_host_that_was_paused_past_its_lease_can_change_nothing_when_it_wakes()
    {
        var schema = Stores.NewSchema();
        await using var paused = Stores.Open(server, schema);
        await using var next = Stores.Open(server, schema);
        var old = (await paused.AcquireLeaseAsync("paused", TimeSpan.FromHours(1), Cancel))!.Value;
        var job = await SubmitAsync(paused);
        await paused.ApplyAsync([new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1)), new JobCommand.BeginRunning(job, 1, ["c"], JobSamples.At(1))], old, Cancel);
        Assert.Null(await next.AcquireLeaseAsync("next", TimeSpan.FromHours(1), Cancel));
        await RunAsync($"UPDATE {schema}.store SET ends_at = clock_timestamp()");

        var current = (await next.AcquireLeaseAsync("next", TimeSpan.FromHours(1), Cancel))!.Value;
        var publish = new JobCommand.Publish(job, 1, JobSamples.Model, JobSamples.HalfDone, JobSamples.At(2));
        var stale = await Assert.ThrowsAsync<StaleFenceException>(() => paused.ApplyAsync([JobSamples.Submit(), publish], old, Cancel).AsTask());

        Assert.Equal((old, current), (stale.Found!.Value, stale.Current));
        Assert.Equal(JobState.Running, (await next.ReadAsync(job, Cancel))!.Value.Job.State);
        Assert.Single((await next.ReadOpenJobsAsync(Cancel)).Jobs);
        Assert.True((await next.ApplyAsync([publish], current, Cancel))[0].Applied);
    }

    [Fact]
    public async Task A_decision_under_way_while_the_lease_is_taken_over_comes_before_it_or_not_at_all()
    {
        var schema = Stores.NewSchema();
        await using var one = Stores.Open(server, schema);
        await using var two = Stores.Open(server, schema);
        var jobs = new List<JobId>();
        for (var i = 0; i < 30; i++)
        {
            var old = (await one.AcquireLeaseAsync("one", TimeSpan.FromHours(1), Cancel))!.Value;
            var job = await SubmitAsync(one);
            var deciding = Task.Run(async () => await one.ApplyAsync([new JobCommand.BeginAttempt(job, 1, "one", JobSamples.At(1))], old, Cancel), Cancel);
            await one.ReleaseLeaseAsync(old, Cancel);
            var current = (await two.AcquireLeaseAsync("two", TimeSpan.FromHours(1), Cancel))!.Value;
            var atTakeover = (await two.ReadAsync(job, Cancel))!.Value.Job.Revision;

            var done = await deciding.ContinueWith(d => d.IsCompletedSuccessfully, TaskScheduler.Default);

            Assert.Equal(atTakeover, (await two.ReadAsync(job, Cancel))!.Value.Job.Revision);
            Assert.Equal(done ? 2 : 1, atTakeover);
            await two.ReleaseLeaseAsync(current, Cancel);
        }
    }

    [Fact]
    public async Task A_schema_that_a_newer_version_has_only_added_to_is_shared_with_its_hosts()
    {
        var schema = Stores.NewSchema();
        await using var store = Stores.Open(server, schema);
        var job = await SubmitAsync(store);
        await RunAsync(
            $"""
            ALTER TABLE {schema}.jobs ADD COLUMN novelty text; UPDATE {schema}.version SET version = {Database.Schema.Version + 1};
            UPDATE {schema}.jobs SET document = jsonb_set(jsonb_set(document::jsonb, '{"{v}"}', '9'), '{"{job,novelty}"}', '"kept"')
            """);
        await using var older = Stores.Open(server, schema);

        Assert.True((await older.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], null, Cancel))[0].Applied);

        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var read = source.CreateCommand($"SELECT document -> 'job' ->> 'novelty' || (document ->> 'v') || (document -> 'job' ->> 'revision') FROM {schema}.jobs");
        Assert.Equal("kept92", await read.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task A_schema_that_needs_newer_hosts_is_refused()
    {
        var schema = Stores.NewSchema();
        await using (var store = Stores.Open(server, schema))
        {
            await store.OpenAsync(Cancel);
        }

        await RunAsync($"UPDATE {schema}.version SET version = 10, least_host = 9");
        await using var older = Stores.Open(server, schema);

        var refused = await Assert.ThrowsAsync<PostgreSqlStoreException>(() => older.OpenAsync(Cancel).AsTask());

        Assert.StartsWith($"Schema '{schema}' of postgres on ", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"has version 10, which needs hosts that support version 9 or later. This version of Orca.Training.PostgreSql supports versions up to {Schema.Version},", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<JobId> SubmitAsync(PostgreSqlJobStore store) => (await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;

    private async Task RunAsync(string text)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(text);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
