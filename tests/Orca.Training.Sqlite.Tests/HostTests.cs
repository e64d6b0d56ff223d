using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Sqlite.Tests;

/// <summary>One host at a time, and the versions of the file.</summary>
public sealed class HostTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_host_is_refused_with_the_way_out()
    {
        var file = _folder.NewFile();
        await using var first = StoreFolder.Open(file);
        await first.OpenAsync(Cancel);
        await using var second = StoreFolder.Open(file);

        var refused = await Assert.ThrowsAsync<SqliteStoreException>(() => second.OpenAsync(Cancel).AsTask());

        Assert.Contains($"The job store '{file}' is in use by another host", refused.Message, StringComparison.Ordinal);
        Assert.Contains("use PostgreSQL for several", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId} on ", await CatAsync(file + "-host"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_host_waits_for_the_one_before_to_end()
    {
        var file = _folder.NewFile();
        var first = StoreFolder.Open(file);
        await first.ApplyAsync([JobSamples.Submit()], null, Cancel);
        await using var second = StoreFolder.Open(file, configure: o => o.HostTimeout = TimeSpan.FromMinutes(1));

        var opening = second.OpenAsync(Cancel).AsTask();
        Assert.False(opening.IsCompleted, "two hosts have the store");
        await first.DisposeAsync();

        await opening;
        Assert.Single((await second.ReadOpenJobsAsync(Cancel)).Jobs);
    }

    [Fact]
    public async Task A_host_that_ended_answers_no_more_and_closing_twice_is_harmless()
    {
        var store = StoreFolder.Open(_folder.NewFile());
        await store.OpenAsync(Cancel);
        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => store.ApplyAsync([JobSamples.Submit()], null, Cancel).AsTask());
    }

    [Fact]
    public async Task A_new_host_finds_the_lease_free_since_the_one_before_has_ended()
    {
        var file = _folder.NewFile();
        var first = StoreFolder.Open(file);
        var old = await first.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel);
        await first.DisposeAsync();
        await using var second = StoreFolder.Open(file);

        Assert.Equal(old!.Value.Term + 1, (await second.AcquireLeaseAsync("b", TimeSpan.FromHours(1), Cancel))!.Value.Term);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        var file = _folder.NewFile();
        await using (var store = StoreFolder.Open(file))
        {
            await store.OpenAsync(Cancel);
        }

        Run(file, "UPDATE orca_schema SET version = 99");
        await using var older = StoreFolder.Open(file);

        var refused = await Assert.ThrowsAsync<SqliteStoreException>(() => older.OpenAsync(Cancel).AsTask());

        Assert.Contains("has schema version 99. This version of Orca.Training.Sqlite supports versions up to 6", refused.Message, StringComparison.Ordinal);
        Run(file, "UPDATE orca_schema SET version = 99 WHERE version = 99");
    }

    [Theory]
    [InlineData("Data Source=:memory:", "names no file")]
    [InlineData("Data Source=x.db;Mode=Memory", "names no file")]
    [InlineData("Cache=Shared", "names no file")]
    [InlineData("Data Source=x.db;Mode=ReadOnly", "leave Mode out")]
    [InlineData("Data Source=file:x.db?mode=rwc", "names a URI, but the job store needs a path, because it keeps other files next to the database: give a path")]
    [InlineData("x.db", "The connection string 'x.db' cannot be read (Format of the initialization string does not conform to specification starting at index 0): use the syntax of Microsoft.Data.Sqlite, such as 'Data Source=orca.db'.")]
    [InlineData("Datei=x.db", "The connection string 'Datei=x.db' cannot be read (")]
    [InlineData("Data Source=x.db;Mode=Sometimes", "The connection string 'Data Source=x.db;Mode=Sometimes' cannot be read (")]
    public void A_connection_string_that_cannot_keep_jobs_is_refused(string connectionString, string says)
    {
        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddOrcaTraining().UseSqlite(connectionString));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_missing_stops_the_start_with_its_name_and_the_remedy()
    {
        var file = Path.Combine(_folder.NewFile() + "-missing", "jobs.db");
        await using var store = StoreFolder.Open(file);

        var refused = await Assert.ThrowsAsync<SqliteStoreException>(() => store.OpenAsync(Cancel).AsTask());

        Assert.Equal(
            $"The job store '{file}' cannot be opened: there is no folder '{Path.GetDirectoryName(file)}'. Create it, or use another 'Data Source' in the connection string of UseSqlite.", refused.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        var file = _folder.NewFile();
        await File.WriteAllTextAsync(file, new string('x', 5000), Cancel);
        await using var store = StoreFolder.Open(file);

        var refused = await Assert.ThrowsAsync<SqliteStoreException>(() => store.OpenAsync(Cancel).AsTask());

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_killed_at_any_moment_has_all_that_was_acknowledged()
    {
        var file = _folder.NewFile();
        await using var store = StoreFolder.Open(file);
        for (var i = 0; i < 20; i++)
        {
            var job = (await store.ApplyAsync([JobSamples.Submit(), JobSamples.Submit()], null, Cancel))[^1].Job!.Id;

            // What a killed process leaves behind is what the files hold at that moment.
            var copy = _folder.NewFile();
            File.Copy(file, copy);
            File.Copy(file + "-wal", copy + "-wal");
            await using var next = StoreFolder.Open(copy);
            Assert.Equal(JobState.Queued, (await next.ReadAsync(job, Cancel))?.Job.State);
            Assert.Equal((i + 1) * 2, (await next.ReadOpenJobsAsync(Cancel)).Jobs.Count);
        }
    }

    private static void Run(string file, string text)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static async Task<string> CatAsync(string file)
    {
        using var cat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", file) { RedirectStandardOutput = true })!;
        var text = await cat.StandardOutput.ReadToEndAsync(Cancel);
        await cat.WaitForExitAsync(Cancel);
        return text;
    }
}
