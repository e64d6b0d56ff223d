using System.Runtime.Versioning;
using System.Text;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Logs.Folders;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Logs;
using Orca.Training.Tests.Files;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Logs.Folders;

[UnsupportedOSPlatform("windows")]
public sealed class FolderLogStoreTests : LogStoreConformance
{
    private readonly TempFolder _folder = new();

    private string Folder => _folder["here/7/2"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<ILogStore> CreateAsync() => ValueTask.FromResult(Open());

    protected override ValueTask<ILogStore> ReopenAsync(ILogStore store) => ValueTask.FromResult(Open());

    private ILogStore Open() => new FolderLogStore(_folder.Path, TimeProvider.System);

    [Fact]
    public async Task A_log_is_text_that_people_can_read()
    {
        LogEntry[] entries =
        [
            Line(1, "epoch 1 \\ 20"), Line(2, "two\nlines \\") with { Stream = OutputStream.Error },
            Line(2) with { Position = PositionOf(2) with { Lines = 2 } }, LogEntry.Gap(PositionOf(3), 1200, "of the test"),
        ];

        await Open().AppendAsync(Attempt, 0, entries, Cancel);

        Assert.Equal(
            """
            2026-01-01T00:00:00.001000000Z 1 o epoch 1 \ 20
            2026-01-01T00:00:00.002000000Z 1 E two\nlines \\
            2026-01-01T00:00:00.002000000Z 2 o line 2
            2026-01-01T00:00:00.003000000Z 1 g 1200 [1,200 lines are missing here: of the test]

            """,
            await File.ReadAllTextAsync(Path.Combine(Folder, "0-00001-1.log"), Cancel));
    }

    [Fact]
    public async Task Nothing_is_made_for_a_training_that_prints_nothing()
    {
        var store = Open();
        await store.ReadAsync(Attempt, 0, default, Cancel);
        await store.GetEndAsync(Attempt, 0, Cancel);
        await store.AppendAsync(Attempt, 0, [], Cancel);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task What_trainings_print_is_nobody_elses_to_read()
    {
        await Open().AppendAsync(Attempt, 0, [Line(1)], Cancel);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00.0040")]
    [InlineData("2026-01-01T00:00:00.004000000Z 1 o half a li")]
    [InlineData("2026-01-01T00:00:00.004000000Z 1 o ")]
    [InlineData("2026-01-01T00:00:00.004000000Z 1 x no such kind\n")]
    [InlineData("2026-01-01T00:00:00.003000000Z 1 o not after the one before\n")]
    [InlineData("2026-13-01T00:00:00.004000000Z 1 o no such month\n")]
    [InlineData("rubbish\nmore rubbish\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\n2026-01-01T00:00:00.004000000Z 1 o after a hole\n")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n2026-01-01T00:00:00.009000000Z 1 o right after where the next line will end\n")]
    public async Task What_a_crash_left_in_the_midst_of_a_write_is_not_read_and_cut_off_by_the_next_writer(string torn)
    {
        await Open().AppendAsync(Attempt, 0, [Line(1), Line(2), Line(3)], Cancel);
        await File.AppendAllTextAsync(Path.Combine(Folder, "0-00001-1.log"), torn, Cancel);

        var store = Open();
        Assert.Equal([Line(1), Line(2), Line(3)], (await store.ReadAsync(Attempt, 0, default, Cancel)).Take(3));
        Assert.Equal(PositionOf(3), await store.GetEndAsync(Attempt, 0, Cancel));
        await store.AppendAsync(Attempt, 0, [Line(3), Line(4, "whole")], Cancel);

        Assert.Equal([Line(1), Line(2), Line(3), Line(4, "whole")], await store.ReadAsync(Attempt, 0, default, Cancel));
    }

    [Fact]
    public async Task Cut_at_any_byte_a_log_holds_the_whole_lines_before_it_and_can_be_written_on()
    {
        var lines = Enumerable.Range(1, 5).Select(i => Line(i, $"käse\n{i}")).ToArray();
        await Open().AppendAsync(Attempt, 0, lines, Cancel);
        var path = Path.Combine(Folder, "0-00001-1.log");
        var bytes = await File.ReadAllBytesAsync(path, Cancel);

        for (var length = 0; length <= bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(path, bytes[..length], Cancel);
            var whole = bytes.AsSpan(0, length).Count((byte)'\n');
            var store = Open();
            Assert.Equal(lines[..whole], await store.ReadAsync(Attempt, 0, default, Cancel));
            await store.AppendAsync(Attempt, 0, lines, Cancel);
            Assert.Equal(lines, await store.ReadAsync(Attempt, 0, default, Cancel));
        }
    }

    [Fact]
    public async Task A_store_sees_at_once_what_another_one_wrote_to_the_same_log()
    {
        var (one, other) = (Open(), Open());
        var waiting = Task.Run(async () =>
        {
            while ((await other.ReadAsync(Attempt, 0, default, Cancel)).Count == 0)
            {
                await other.WaitAsync(Attempt, 0, default, Cancel);
            }
        }, Cancel);
        await one.AppendAsync(Attempt, 0, [Line(1), Line(2)], Cancel);
        await waiting;
        await other.AppendAsync(Attempt, 0, [Line(2), Line(3)], Cancel);
        await one.AppendAsync(Attempt, 0, [Line(3), Line(4)], Cancel);

        Assert.Equal([Line(1), Line(2), Line(3), Line(4)], await other.ReadAsync(Attempt, 0, default, Cancel));
    }

    [Fact]
    public async Task Of_a_log_that_is_too_large_the_beginning_and_the_end_are_kept_and_how_much_is_missing_is_told()
    {
        const int max = (int)FolderLogStore.LeastMaxBytes;
        var store = new FolderLogStore(_folder.Path, TimeProvider.System, max);
        var lines = Enumerable.Range(1, 3000).Select(i => Line(i, new string('x', 60))).ToArray();

        foreach (var batch in lines.Chunk(101))
        {
            await store.AppendAsync(Attempt, 0, batch, Cancel);
            Assert.InRange(Directory.GetFiles(Folder).Sum(f => new FileInfo(f).Length), 1, max);
        }

        var kept = await AllAsync(store);
        var gap = Assert.Single(kept, l => l.Missing > 0);
        var (first, last) = (kept.TakeWhile(l => l.Missing == 0).ToArray(), kept.SkipWhile(l => l.Missing == 0).Skip(1).ToArray());
        Assert.Equal(lines[..first.Length], first);
        Assert.Equal(lines[^last.Length..], last);
        Assert.Equal(lines.Length, first.Length + gap.Missing + last.Length);
        Assert.Equal($"[{gap.Missing:N0} lines are missing here: the log has reached its maximum size; its beginning and its end are kept]", gap.Text);
        Assert.InRange(first.Length, 100, 200);
        Assert.InRange(last.Length, 350, 500);

        // It can be gone on from everywhere, the gap included, and counted from the end across it.
        for (var read = 1; read < kept.Count; read += 5)
        {
            Assert.Equal(kept[read..], await AllAsync(store, kept[read - 1].Position));
            Assert.Equal(kept[read..], await AllAsync(store, await store.FindLastAsync(Attempt, 0, kept.Count - read, null, Cancel)));
        }

        Assert.Equal(kept[first.Length..], await AllAsync(store, lines[first.Length + 100].Position));
        Assert.Equal(lines[^1].Position, await new FolderLogStore(_folder.Path, TimeProvider.System, max).GetEndAsync(Attempt, 0, Cancel));
    }

    [Fact]
    public async Task A_crash_between_two_files_loses_nothing()
    {
        var store = new FolderLogStore(_folder.Path, TimeProvider.System, FolderLogStore.LeastMaxBytes);
        var lines = Enumerable.Range(1, 100).Select(i => Line(i, new string('x', 60))).ToArray();
        await store.AppendAsync(Attempt, 0, lines[..90], Cancel);
        await File.WriteAllTextAsync(Path.Combine(Folder, "0-00099-91.log"), "2026-01-01T00:0", Cancel);

        store = new FolderLogStore(_folder.Path, TimeProvider.System, FolderLogStore.LeastMaxBytes);
        await store.AppendAsync(Attempt, 0, lines[70..], Cancel);

        Assert.Equal(lines, await AllAsync(store));
    }

    [Fact]
    public async Task No_file_stays_open_however_many_logs_there_are()
    {
        var store = (FolderLogStore)Open();
        var before = OpenFiles();
        for (var job = 1; job <= 300; job++)
        {
            await store.AppendAsync(new AttemptName(new InstallationId("here"), new AttemptId(new JobId(job), 1)), 0, [Line(1)], Cancel);
        }

        Assert.InRange(OpenFiles(), 0, before + 100);
        Assert.Equal([Line(1)], await store.ReadAsync(new AttemptName(new InstallationId("here"), new AttemptId(new JobId(1), 1)), 0, default, Cancel));
    }

    [Fact]
    public async Task Of_many_logs_only_some_are_remembered_and_none_is_harmed_by_being_forgotten()
    {
        var appenders = new LogAppenders((folder, rank) => new LogAppender(folder, rank, new FolderLogSizes(1 << 20), folder, othersCanRead: false), most: 8);
        for (var i = 1; i <= 5; i++)
        {
            for (var log = 0; log < 50; log++)
            {
                await appenders.UseAsync(_folder[$"{log}"], 0, a => a.Append([.. Enumerable.Range(1, i).Select(n => Line(n))]), Cancel);
                Assert.InRange(appenders.Count, 1, 8);
            }
        }

        Assert.All(Enumerable.Range(0, 50), log => Assert.Equal(Enumerable.Range(1, 5).Select(n => Line(n)), new LogReader(_folder[$"{log}"], 0).Read(default)));
    }

    [Fact]
    public async Task On_a_full_disk_appending_fails_and_goes_on_without_loss_when_there_is_room()
    {
        var disk = Directory.CreateDirectory(_folder["disk"]).FullName;
        await Repository.RunScriptAsync("small-disk.sh", ["up", disk, "256"], engine: null, Cancel);
        try
        {
            var ballast = Path.Combine(disk, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[100 * 1024], Cancel);
            var store = new FolderLogStore(Path.Combine(disk, "logs"), TimeProvider.System);
            var lines = Enumerable.Range(1, 2000).Select(i => Line(i, new string('x', 60))).ToArray();
            var written = 0;
            var full = await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                for (; written < lines.Length; written += 100)
                {
                    await store.AppendAsync(Attempt, 0, lines[written..(written + 100)], Cancel);
                }
            });
            Assert.Contains("No space left", full.Message, StringComparison.OrdinalIgnoreCase);

            // What was written is read, also while the disk is full; the same lines again are no harm.
            Assert.Equal(lines[..written], (await AllAsync(store)).Take(written));
            await Assert.ThrowsAnyAsync<IOException>(async () => await store.AppendAsync(Attempt, 0, lines[written..(written + 100)], Cancel));

            File.Delete(ballast);
            await store.AppendAsync(Attempt, 0, lines[written..(written + 100)], Cancel);
            Assert.Equal(lines[..(written + 100)], await AllAsync(store));
        }
        finally
        {
            await Repository.RunScriptAsync("small-disk.sh", ["down", disk], engine: null, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    public async Task An_installation_that_is_no_folder_name_is_refused(string id)
    {
        var attempt = Attempt with { Installation = new InstallationId(id) };

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await Open().AppendAsync(attempt, 0, [Line(1)], Cancel));

        Assert.StartsWith($"The installation '{id}' cannot be a folder's name: it must be 1 to 128 letters", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_maximum_size_that_is_too_small_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FolderLogStore(_folder.Path, TimeProvider.System, FolderLogStore.LeastMaxBytes - 1));

    [Fact]
    public async Task What_a_removal_that_crashed_left_aside_goes_with_the_next_one()
    {
        var store = Open();
        await store.AppendAsync(Attempt, 0, [Line(1)], Cancel);
        foreach (var left in new[] { "7.7.1", "6.6.1" })
        {
            Directory.CreateDirectory(_folder[$"here/~removed/{left}/2"]);
            await File.WriteAllTextAsync(_folder[$"here/~removed/{left}/2/0-00001-1.log"], "half", Cancel);
        }

        await store.RemoveAsync(Attempt.Installation, Attempt.Attempt.Job, Cancel);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["here/~removed"]));
        Assert.False(Directory.Exists(_folder["here/7"]));
    }

    [Fact]
    public async Task Files_that_are_not_ours_are_left_alone()
    {
        Directory.CreateDirectory(Folder);
        foreach (var name in new[] { "0-notes.log", "0-1-x.log", "readme.txt", "0-00001-1.log.gz" })
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, name), "not ours", Encoding.UTF8, Cancel);
        }

        var store = Open();
        await store.AppendAsync(Attempt, 0, [Line(1)], Cancel);

        Assert.Equal([Line(1)], await AllAsync(store));
    }

    private static int OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
