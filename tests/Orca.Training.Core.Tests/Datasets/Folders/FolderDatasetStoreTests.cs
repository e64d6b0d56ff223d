using System.Runtime.Versioning;
using System.Text;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Testing.Conformance.Datasets;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Datasets.Folders;

[UnsupportedOSPlatform("windows")]
public sealed class FolderDatasetStoreTests : DatasetStoreConformance
{
    private readonly TempFolder _folder = new();
    private readonly FolderDatasetStore _store;

    public FolderDatasetStoreTests() => _store = new FolderDatasetStore(_folder.Path);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<IDatasetStore> CreateAsync() => ReopenAsync(_store);

    protected override ValueTask<IDatasetStore> ReopenAsync(IDatasetStore store) => ValueTask.FromResult<IDatasetStore>(new FolderDatasetStore(_folder.Path));

    protected override async ValueTask<IReadOnlyDictionary<string, byte[]>> ReadFilesAsync(Uri place)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var path in Directory.EnumerateFiles(place.LocalPath, "*", SearchOption.AllDirectories))
        {
            files[Path.GetRelativePath(place.LocalPath, path)] = await File.ReadAllBytesAsync(path, Cancel);
        }

        return files;
    }

    protected override ValueTask DamageAsync(Uri place, string name)
    {
        var path = Path.Combine(place.LocalPath, name);
        Overwrite(path, new string('#', (int)new FileInfo(path).Length));
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_version_lies_in_a_folder_named_by_its_hash()
    {
        var version = await _store.AddAsync("news", [Text("train.csv", "a,b\n"), Text("images/1/x.txt", "x")], Cancel);

        Assert.Equal(version, await _store.ResolveAsync("news", version.Hash, Cancel));
        var opened = await _store.OpenAsync(version, Cancel);
        Assert.Equal(_folder[$"news/{version.Hash}/files"], opened.LocalPath);
        Assert.Equal("a,b\n", await File.ReadAllTextAsync(opened.LocalPath + "/train.csv", Cancel));
        Assert.Equal("x", await File.ReadAllTextAsync(opened.LocalPath + "/images/1/x.txt", Cancel));
        Assert.Equal(["images", "train.csv"], Directory.EnumerateFileSystemEntries(opened.LocalPath).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Files_and_folders_of_a_version_can_be_read_by_all_and_written_by_none()
    {
        var version = await _store.AddAsync("news", [Text("deep/er/a", "1")], Cancel);
        var folder = _folder[$"news/{version.Hash}"];
        const UnixFileMode read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode enter = read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Assert.All(["", "/files", "/files/deep", "/files/deep/er"], f => Assert.Equal(enter, File.GetUnixFileMode(folder + f)));
        Assert.All(["/manifest.json", "/files/deep/er/a"], f => Assert.Equal(read, File.GetUnixFileMode(folder + f)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("a/b")]
    [InlineData("../news")]
    [InlineData("~adding")]
    [InlineData("naïve")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    public async Task What_is_wrong_with_an_id_is_said(string id)
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddAsync(id, [Text("a", "1")], Cancel));
        Assert.Equal(
            $"The dataset id '{id.Replace('\0', '\uFFFD')}' is not valid: give 1 to 128 letters (a-z, A-Z), digits, '.', '_' and '-', but not only dots.",
            error.Message);
        Assert.Null(await _store.ResolveAsync(id, "", Cancel));
        Assert.Null(await _store.ResolveAsync(id, new string('a', 64), Cancel));
        AssertNothingStored();
    }

    [Theory]
    [InlineData("", "it is empty. Give a relative path, such as 'train.csv'.")]
    [InlineData("../x", "'.' and '..' are not names. Give the path without them.")]
    [InlineData("a/../x", "'.' and '..' are not names. Give the path without them.")]
    [InlineData("./x", "'.' and '..' are not names. Give the path without them.")]
    [InlineData("/etc/passwd", "it is an absolute path. Give one relative to the dataset's own folder.")]
    [InlineData("C:/x", "it is an absolute path. Give one relative to the dataset's own folder.")]
    [InlineData("a\\b", "it contains a backslash. Separate folders with '/'.")]
    [InlineData("a//b", "it has an empty part between two slashes, or after the last one. Give a name there.")]
    [InlineData("a/", "it has an empty part between two slashes, or after the last one. Give a name there.")]
    [InlineData("a\nb", "it contains a control character. Give printable text.")]
    public async Task What_is_wrong_with_a_file_name_is_said(string name, string problem)
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddAsync("news", [Text("a", "1"), Text(name, "2")], Cancel));
        Assert.Equal($"The file name '{name.Replace('\n', '\uFFFD')}' is not valid: {problem}", error.Message);
        Assert.Equal(name, error.File);
        AssertNothingStored();
    }

    [Fact]
    public async Task A_file_name_too_long_for_a_file_system_is_refused()
    {
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddAsync("news", [Text(new string('é', 128), "1")], Cancel));
        Assert.EndsWith("a part of it is longer than 255 bytes in UTF-8. Give a shorter one.", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddAsync("news", [Text(string.Join('/', Enumerable.Repeat("abcdefg", 97)), "1")], Cancel));
        Assert.EndsWith("it is longer than 768 bytes in UTF-8. Give a shorter one.", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<DatasetException>(() => _store.AddAsync("news", [Text("\ud800", "1")], Cancel));
        Assert.EndsWith("it contains an unpaired surrogate. Give valid Unicode text.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_names_that_clash_is_said()
    {
        Assert.Equal("The file 'a' is given twice: give each name once.", (await Refused(Text("a", "1"), Text("a", "2"))).Message);
        Assert.Equal("The file 'a/b/c' is in 'a/b', which is given as a file too: rename one of them.", (await Refused(Text("a/b/c", "1"), Text("a/b", "2"))).Message);
        Assert.Equal("The dataset has no files: give at least one.", (await Refused()).Message);

        Task<DatasetException> Refused(params DatasetFile[] files) =>
            Assert.ThrowsAsync<DatasetException>(() => _store.AddAsync("news", files, Cancel));
    }

    [Fact]
    public async Task A_version_that_is_unknown_is_said_by_its_name()
    {
        var version = await _store.AddAsync("news", [Text("a", "1")], Cancel);
        var error = await Assert.ThrowsAsync<DatasetException>(() => _store.OpenAsync(new DatasetVersion("news", "../" + version.Hash[..5]), Cancel));
        Assert.Equal($"Dataset 'news' has no version '../{version.Hash[..5]}'.", error.Message);
    }

    [Fact]
    public async Task A_source_that_breaks_half_way_leaves_no_file()
    {
        var broken = new DatasetFile("b", _ => ValueTask.FromResult<Stream>(new BrokenStream(300_000)));
        var error = await Assert.ThrowsAsync<IOException>(() => _store.AddAsync("news", [Text("a", "1"), broken], Cancel));
        Assert.Equal("The line is dead.", error.Message);
        Assert.Null(await _store.ResolveAsync("news", "", Cancel));
        AssertNothingStored();
    }

    [Fact]
    public async Task A_cancelled_add_leaves_no_file()
    {
        using var cancel = new CancellationTokenSource();
        var slow = new DatasetFile("b", async token =>
        {
            await cancel.CancelAsync();
            token.ThrowIfCancellationRequested();
            return Stream.Null;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.AddAsync("news", [Text("a", "1"), slow], cancel.Token));
        AssertNothingStored();
    }

    [Fact]
    public async Task What_a_crashed_add_left_goes_with_the_next_add_and_a_live_add_is_left_alone()
    {
        var crashed = Directory.CreateDirectory(_folder["~adding/7"]).FullName;
        File.WriteAllText(crashed + ".lock", "");
        File.WriteAllText(crashed + "/half", "half");
        var isReading = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var live = _store.AddAsync("news", [Text("a", "1"), new DatasetFile("b", async token =>
        {
            isReading.SetResult();
            await goOn.Task.WaitAsync(token);
            return new MemoryStream("2"u8.ToArray());
        })], Cancel);
        await isReading.Task.WaitAsync(Cancel);
        Assert.False(Directory.Exists(crashed));

        // As another process would: a store of its own.
        await new FolderDatasetStore(_folder.Path).AddAsync("olds", [Text("a", "1")], Cancel);
        goOn.SetResult();
        await _store.OpenAsync(await live, Cancel);
    }

    [Fact]
    public async Task What_a_deletion_that_crashed_left_counts_for_nothing_and_goes_when_it_is_repeated()
    {
        var old = await _store.AddAsync("news", [Text("a", "1")], Cancel);
        var version = await _store.AddAsync("news", [Text("a", "2")], Cancel);
        await _store.TagAsync(version, "reviewed", Cancel);

        // Where the process ends right after the rename.
        var aside = Directory.CreateDirectory(_folder["~adding/7"]).FullName;
        File.WriteAllText(aside + ".lock", "");
        File.SetUnixFileMode(_folder[$"news/{version.Hash}"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Move(_folder[$"news/{version.Hash}"], aside + "/deleted");

        Assert.Equal(old, await _store.ResolveAsync("news", "", Cancel));
        Assert.Null(await _store.ResolveAsync("news", "reviewed", Cancel));
        Assert.Equal([old], (await _store.ListVersionsAsync("news", Cancel)).Select(d => d.Version));
        Assert.False(await _store.DeleteAsync(version, Cancel));
        Assert.Empty(Directory.EnumerateFiles(_folder["news/tags"]));
        Assert.Empty(Directory.EnumerateDirectories(_folder["~adding"]));
    }

    [Fact]
    public async Task Versions_that_an_earlier_release_added_have_their_folders_time()
    {
        var version = await _store.AddAsync("news", [Text("a", "1")], Cancel);
        File.Delete(_folder[$"news/{version.Hash}.added"]);
        var time = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);
        Directory.SetLastWriteTimeUtc(_folder[$"news/{version.Hash}"], time);

        Assert.Equal(time, Assert.Single(await _store.ListVersionsAsync("news", Cancel)).AddedAt.UtcDateTime);
    }

    [Fact]
    public async Task Versions_are_in_the_order_of_their_adds_whatever_the_clock_shows()
    {
        var one = await _store.AddAsync("news", [Text("a", "1")], Cancel);
        File.SetLastWriteTimeUtc(_folder[$"news/{one.Hash}.added"], new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var two = await _store.AddAsync("news", [Text("a", "2")], Cancel);
        var three = await _store.AddAsync("news", [Text("a", "3")], Cancel);

        Assert.Equal([three, two, one], (await _store.ListVersionsAsync("news", Cancel)).Select(d => d.Version));
    }

    [Fact]
    public async Task A_file_that_is_no_longer_what_it_was_is_not_opened()
    {
        foreach (var (tamper, file, _) in Tamperings().Where(t => t.File is "a" or "d/b"))
        {
            var version = await _store.AddAsync("news", [Text("a", "1"), Text("d/b", "2")], Cancel);
            tamper(_folder[$"news/{version.Hash}/files"]);
            var path = _folder[$"news/{version.Hash}/files/{file}"];
            if (!File.Exists(path) || new FileInfo(path) is not { Length: 1, LinkTarget: null })
            {
                Assert.Equal(file, (await Assert.ThrowsAsync<DatasetException>(() => _store.OpenFileAsync(version, file, Cancel))).File);
            }
        }
    }

    [Fact]
    public async Task Adds_of_the_same_content_at_once_leave_one_folder()
    {
        var content = string.Concat(Enumerable.Repeat("utterance,label\n", 20_000));
        var stores = Enumerable.Range(0, 8).Select(_ => new FolderDatasetStore(_folder.Path));
        var versions = await Task.WhenAll(stores.Select(s => Task.Run(() => s.AddAsync("news", [Text("a", content), Text("d/b", "2")], Cancel), Cancel)));

        var version = Assert.Single(versions.Distinct());
        Assert.Equal(["newest", version.Hash + ".added", version.Hash], Directory.EnumerateFileSystemEntries(_folder["news"]).Select(Path.GetFileName).OrderDescending());
        await _store.OpenAsync(version, Cancel);
        Assert.Empty(Directory.EnumerateDirectories(_folder["~adding"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_was_tampered_with_does_not_open(bool wasOpenedBefore)
    {
        foreach (var (tamper, file, sentence) in Tamperings())
        {
            var version = await _store.AddAsync("news", [Text("a", "1"), Text("d/b", "2")], Cancel);
            if (wasOpenedBefore)
            {
                await _store.OpenAsync(version, Cancel);
            }

            tamper(_folder[$"news/{version.Hash}/files"]);
            var error = await Assert.ThrowsAsync<DatasetException>(() => _store.OpenAsync(version, Cancel));
            Assert.Equal($"Dataset 'news', version '{version.Hash}': {sentence}. Add the same files again to restore it.", error.Message);
            Assert.Equal(file, error.File);
            await Assert.ThrowsAsync<DatasetException>(() => _store.OpenAsync(version, Cancel));

            // The way out that the sentence names.
            Assert.Equal(version, await _store.AddAsync("news", [Text("a", "1"), Text("d/b", "2")], Cancel));
            await _store.OpenAsync(version, Cancel);
        }
    }

    [Fact]
    public async Task A_manifest_that_was_tampered_with_does_not_open()
    {
        var version = await _store.AddAsync("news", [Text("a", "1")], Cancel);
        var manifest = _folder[$"news/{version.Hash}/manifest.json"];
        foreach (var text in new[] { "", "[]", "{\"files\":[]}", "{\"files\":[{}]}", "{\"files\":[{\"name\":\"a\",\"size\":0.5,\"sha256\":1}]}" })
        {
            Overwrite(manifest, text);
            var error = await Assert.ThrowsAsync<DatasetException>(() => new FolderDatasetStore(_folder.Path).OpenAsync(version, Cancel));
            Assert.Equal($"Dataset 'news', version '{version.Hash}': its manifest has changed since it was stored. Add the same files again to restore it.", error.Message);
        }
    }

    [Fact]
    public async Task An_unchanged_snapshot_is_read_once()
    {
        var version = await _store.AddAsync("news", [Text("a", "1")], Cancel);
        await _store.OpenAsync(version, Cancel);

        // The manifest is looked at only when the files are read: as long as it is not missed, they were not.
        Overwrite(_folder[$"news/{version.Hash}/manifest.json"], "");
        await _store.OpenAsync(version, Cancel);
        await Assert.ThrowsAsync<DatasetException>(() => new FolderDatasetStore(_folder.Path).OpenAsync(version, Cancel));
    }

    private static IEnumerable<(Action<string> Tamper, string File, string Sentence)> Tamperings()
    {
        yield return (f => Overwrite(f + "/a", "9"), "a", "'a' has changed since it was stored");
        yield return (f => Overwrite(f + "/d/b", "22"), "d/b", "'d/b' has changed since it was stored");
        yield return (f => Writable(f, () => File.Delete(f + "/a")), "a", "'a' is missing");
        yield return (f => Writable(f, () => File.WriteAllText(f + "/c", "3")), "c", "'c' does not belong to it");
        yield return (f => Writable(f, () => Directory.CreateDirectory(f + "/e")), "e", "'e' does not belong to it");
        yield return (f => Writable(f, () =>
        {
            File.Move(f + "/a", f + "/../../a-moved", overwrite: true);
            File.CreateSymbolicLink(f + "/a", f + "/../../a-moved");
        }), "a", "'a' is a symbolic link, and only files can belong to it");
        yield return (f => Writable(f, () =>
        {
            File.Delete(f + "/a");
            FileStatusTests.MakePipe(f + "/a");
        }), "a", "'a' is a named pipe, and only files can belong to it");
    }

    // As root no mode is in the way, as another user each is: so it is changed for the while.
    private static void Overwrite(string file, string text)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
    }

    private static void Writable(string folder, Action act)
    {
        var mode = File.GetUnixFileMode(folder);
        File.SetUnixFileMode(folder, mode | UnixFileMode.UserWrite);
        act();
        File.SetUnixFileMode(folder, mode);
    }

    private static DatasetFile Text(string name, string content) =>
        new(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(content))));

    private void AssertNothingStored()
    {
        Assert.DoesNotContain(Directory.EnumerateDirectories(_folder.Path), d => Path.GetFileName(d) != "~adding");
        if (Directory.Exists(_folder["~adding"]))
        {
            Assert.Empty(Directory.EnumerateDirectories(_folder["~adding"]));
        }
    }

    private sealed class BrokenStream(int good) : MemoryStream(new byte[good])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 ? read : throw new IOException("The line is dead.");
        }
    }
}
