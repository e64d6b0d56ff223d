using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Sqlite.Tests;

/// <summary>Real faults: a full disk, a database that somebody else has locked.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_refuses_writes_in_words_loses_nothing_and_on_it_goes_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        await using var store = StoreFolder.Open(Path.Combine(disk.Path, "orca.db"));
        var acknowledged = new List<JobId>();
        await store.ApplyAsync([JobSamples.Submit()], null, Cancel);
        disk.Fill();

        var full = await Assert.ThrowsAsync<JobStoreUnavailableException>(async () =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                acknowledged.Add((await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id);
            }
        });
        Assert.StartsWith($"The disk of the job store '{store.File}' is full: nothing was stored.", full.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JobStoreUnavailableException>(() => store.ApplyAsync([.. Enumerable.Repeat(JobSamples.Submit(), 50)], null, Cancel).AsTask());
        Assert.Equal(acknowledged.Count + 1, (await store.ReadOpenJobsAsync(Cancel)).Jobs.Count);

        disk.MakeRoom();
        acknowledged.Add((await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id);
        await store.DisposeAsync();
        await using var next = StoreFolder.Open(store.File);

        var open = (await next.ReadOpenJobsAsync(Cancel)).Jobs.Select(j => j.Id).ToList();
        Assert.Equal(acknowledged.Count + 1, open.Count);
        Assert.Subset(open.ToHashSet(), acknowledged.ToHashSet());
    }

    [Fact]
    public async Task On_a_full_disk_ends_and_cancellations_are_recorded_and_nothing_new_is_taken()
    {
        using var disk = SmallDisk.Mount(megabytes: 16);
        var store = StoreFolder.Open(Path.Combine(disk.Path, "orca.db"));
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        var jobs = (await store.ApplyAsync([.. Enumerable.Repeat(JobSamples.Submit(), 100)], null, Cancel)).Select(r => r.Job!.Id).ToList();
        disk.Fill();

        var full = await Assert.ThrowsAsync<JobStoreUnavailableException>(() => store.ApplyAsync([JobSamples.Submit()], null, Cancel).AsTask());
        foreach (var job in jobs)
        {
            Assert.True((await store.ApplyAsync([new JobCommand.RequestCancel(job, JobSamples.At(1))], null, Cancel))[0].Applied);
            Assert.True((await store.ApplyAsync([new JobCommand.FinishQueued(job, JobState.Cancelled, JobSamples.OutOfRoom, JobSamples.At(2))], fence, Cancel))[0].Applied);
        }

        await store.RemoveAsync(jobs[..50], fence, Cancel);
        Assert.Contains("is full", full.Message, StringComparison.Ordinal);
        await store.DisposeAsync();

        // Also a host that begins on a full disk finds what it needs to open.
        disk.Fill();
        await using var next = StoreFolder.Open(store.File);
        Assert.Equal(50, (await next.ReadPageAsync(new JobQuery { Limit = 1000 }, Cancel)).Count);
        Assert.NotNull(await next.AcquireLeaseAsync("b", TimeSpan.FromHours(1), Cancel));
    }

    [Fact]
    public async Task On_a_full_disk_nothing_is_left_of_what_comes_together_and_it_can_be_repeated_when_there_is_room()
    {
        const int together = 20;
        using var disk = SmallDisk.Mount(megabytes: 4);
        await using var store = StoreFolder.Open(Path.Combine(disk.Path, "orca.db"));
        await store.ApplyAsync([Together(0)], null, Cancel);
        disk.Fill();

        var done = 1;
        await Assert.ThrowsAsync<JobStoreUnavailableException>(async () =>
        {
            for (; done < 1_000; done++)
            {
                await store.ApplyAsync([Together(done)], null, Cancel);
            }
        });
        Assert.Null(await store.FindByKeyAsync("ann", $"k{done}", Cancel));
        Assert.Equal(done * together, (await store.ReadOpenJobsAsync(Cancel)).Jobs.Count);

        disk.MakeRoom();
        var again = (await store.ApplyAsync([Together(done)], null, Cancel))[0];
        var twice = (await store.ApplyAsync([Together(done)], null, Cancel))[0];
        await store.DisposeAsync();
        await using var next = StoreFolder.Open(store.File);

        Assert.Equal((true, together, again.Job!.Id), (again.Applied, again.All.Count, twice.Job!.Id));
        Assert.All((await next.ReadOpenJobsAsync(Cancel)).Jobs.GroupBy(j => j.Request.Group), group => Assert.Equal(together, group.Count()));

        static JobCommand.SubmitAll Together(int number) => new(
            [.. Enumerable.Range(0, together).Select(i => JobSamples.Submit() with
            {
                Request = JobSamples.Request() with { Group = $"g{number}", IdempotencyKey = i == 0 ? $"k{number}" : null },
                Fingerprint = "f",
            })]);
    }

    [Fact]
    public async Task A_write_waits_so_long_for_somebody_elses_lock_and_then_nothing_of_it_is_recorded()
    {
        await using var store = StoreFolder.Open(_folder.NewFile(), configure: o => o.BusyTimeout = TimeSpan.FromMilliseconds(50));
        await store.ApplyAsync([JobSamples.Submit()], null, Cancel);
        using (Locked(store.File))
        {
            var busy = await Assert.ThrowsAsync<JobStoreUnavailableException>(() => store.ApplyAsync([JobSamples.Submit()], null, Cancel).AsTask());
            Assert.Contains("has held the write lock", busy.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<JobStoreUnavailableException>(() => store.ApplyAsync([JobSamples.Submit(), JobSamples.Submit()], null, Cancel).AsTask());

            // Nothing is in doubt: the open jobs need not be read again, however many they are.
            Assert.False((await store.OpenAsync(Cancel)).IsInDoubt);

            // Reading needs no lock.
            Assert.Single((await store.ReadOpenJobsAsync(Cancel)).Jobs);
            Assert.Single(await store.ReadPageAsync(new JobQuery { Limit = 10 }, Cancel));
        }

        await store.ApplyAsync([JobSamples.Submit()], null, Cancel);
        Assert.Equal([1L, 2], (await store.ReadOpenJobsAsync(Cancel)).Jobs.Select(j => j.Id.Value));
    }

    [Fact]
    public async Task A_write_goes_through_when_the_lock_is_given_back_in_time()
    {
        await using var store = StoreFolder.Open(_folder.NewFile(), configure: o => o.BusyTimeout = TimeSpan.FromMinutes(1));
        await store.ApplyAsync([JobSamples.Submit()], null, Cancel);
        var backup = Locked(store.File);

        var writing = Task.Run(async () => await store.ApplyAsync([JobSamples.Submit()], null, Cancel), Cancel);
        Assert.Single((await store.ReadOpenJobsAsync(Cancel)).Jobs);
        backup.Dispose();

        Assert.True((await writing)[0].Applied);
    }

    [Fact]
    public async Task A_backup_taken_while_the_host_writes_is_whole()
    {
        await using var store = StoreFolder.Open(_folder.NewFile());
        await store.ApplyAsync([.. Enumerable.Repeat(JobSamples.Submit(), 100)], null, Cancel);
        var backup = _folder.NewFile();
        using (var source = new SqliteConnection($"Data Source={store.File};Pooling=False"))
        using (var target = new SqliteConnection($"Data Source={backup};Pooling=False"))
        {
            source.Open();
            target.Open();
            source.BackupDatabase(target);
        }

        await store.ApplyAsync([JobSamples.Submit()], null, Cancel);
        await using var restored = StoreFolder.Open(backup);

        Assert.Equal(100, (await restored.ReadOpenJobsAsync(Cancel)).Jobs.Count);
        Assert.Equal(await store.GetInstallationAsync(Cancel), await restored.GetInstallationAsync(Cancel));
    }

    [Fact]
    public async Task A_row_that_something_else_changed_is_found_out_and_shown_as_it_is()
    {
        await using var store = StoreFolder.Open(_folder.NewFile());
        var fence = (await store.AcquireLeaseAsync("a", TimeSpan.FromHours(1), Cancel))!.Value;
        var job = (await store.ApplyAsync([JobSamples.Submit()], null, Cancel))[0].Job!.Id;
        using (var connection = new SqliteConnection($"Data Source={store.File};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE orca_jobs SET revision = 7, document = replace(document, '\"revision\":1', '\"revision\":7')";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        JobCommand[] begin = [new JobCommand.BeginAttempt(job, 1, "m", JobSamples.At(1))];
        var found = await Assert.ThrowsAsync<InvalidOperationException>(() => store.ApplyAsync(begin, fence, Cancel).AsTask());
        Assert.Contains($"Job {job} is no longer at revision 1", found.Message, StringComparison.Ordinal);

        Assert.Equal(8, (await store.ApplyAsync(begin, fence, Cancel))[0].Job!.Revision);
    }

    private static SqliteConnection Locked(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>A file system of its own in memory, so small that it can be filled.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private SmallDisk(string path) => Path = path;

        public string Path { get; }

        private string Filler => System.IO.Path.Combine(Path, "filler");

        public static SmallDisk Mount(int megabytes)
        {
            var path = Directory.CreateTempSubdirectory("orca-disk-").FullName;
            Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=1777", "tmpfs", path);
            return new SmallDisk(path);
        }

        public void Fill()
        {
            using var filler = new FileStream(Filler, FileMode.Append);
            try
            {
                while (true)
                {
                    filler.Write(new byte[4096]);
                    filler.Flush();
                }
            }
            catch (IOException)
            {
                // Full, as intended.
            }
        }

        public void MakeRoom() => File.Delete(Filler);

        public void Dispose()
        {
            Run("umount", "-l", Path);
            Directory.Delete(Path);
        }

        private static void Run(params string[] command)
        {
            string[] words = Environment.IsPrivilegedProcess ? command : ["sudo", "-n", .. command];
            using var process = Process.Start(words[0], words[1..]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }
}
