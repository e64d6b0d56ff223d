using System.Net.Sockets;
using System.Runtime.Versioning;
using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Artifacts;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Artifacts.Folders;

[UnsupportedOSPlatform("windows")]
public sealed class FolderArtifactStoreTests : ArtifactStoreConformance
{
    private static readonly AttemptName Attempt = new(new InstallationId("i1"), new AttemptId(new JobId(7), 2));

    private readonly TempFolder _folder = new();
    private readonly FolderArtifactStore _store;

    public FolderArtifactStoreTests() => _store = new FolderArtifactStore(_folder.Path);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<IArtifactStore> CreateAsync() => ReopenAsync(_store);

    protected override ValueTask<IArtifactStore> ReopenAsync(IArtifactStore store) => ValueTask.FromResult<IArtifactStore>(new FolderArtifactStore(_folder.Path));

    protected override ValueTask WriteAsync(Uri place, string name, ReadOnlyMemory<byte> content)
    {
        var path = Path.Combine(place.LocalPath, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new ValueTask(File.WriteAllBytesAsync(path, content, Cancel));
    }

    protected override ValueTask<byte[]?> ReadAsync(Uri place, string name)
    {
        var path = Path.Combine(place.LocalPath, name);
        return ValueTask.FromResult(File.Exists(path) ? File.ReadAllBytes(path) : null);
    }

    [Fact]
    public async Task The_places_lie_in_folders_of_the_installation_the_job_and_the_attempt()
    {
        var places = await _store.PrepareAsync(Attempt, Cancel);
        Assert.Equal((_folder["i1/7/2/output"], _folder["i1/7/checkpoint"]), (places.Output.LocalPath, places.Checkpoint.LocalPath));
        Assert.All([places.Output, places.Checkpoint], p => Assert.True(p.IsFile && Directory.Exists(p.LocalPath)));
    }

    [Fact]
    public async Task What_a_removal_that_crashed_left_aside_goes_with_the_next_one()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Write("model.pt", "model");
        foreach (var left in new[] { "7.7.1", "6.6.1/output" })
        {
            Directory.CreateDirectory(_folder["i1/~removed/" + left]);
            await File.WriteAllTextAsync(_folder[$"i1/~removed/{left}/half"], "half", Cancel);
        }

        await _store.RemoveAsync(Attempt.Installation, Attempt.Attempt.Job, exceptAttempt: null, Cancel);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["i1/~removed"]));
        Assert.False(Directory.Exists(_folder["i1/7"]));
    }

    [Fact]
    public async Task What_a_training_made_read_only_is_removed_too()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Write("deep/model.pt", "model");
        File.SetUnixFileMode(_folder["i1/7/2/output/deep"], UnixFileMode.UserRead);

        await _store.RemoveAsync(Attempt.Installation, Attempt.Attempt.Job, exceptAttempt: null, Cancel);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["i1/~removed"]));
    }

    [Theory]
    [InlineData(false, UnixFileMode.None)]
    [InlineData(true, UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute)]
    public async Task Others_get_to_nothing_unless_they_are_to_read_and_nobody_else_writes(bool canRead, UnixFileMode others)
    {
        var root = _folder[$"runs-{canRead}"];
        Directory.CreateDirectory(root);
        File.SetUnixFileMode(root, (UnixFileMode)0b111_111_111);
        var store = new FolderArtifactStore(root) { OthersCanRead = canRead };

        var places = await store.PrepareAsync(Attempt, Cancel);
        WrittenFolders.GiveTo([new FolderMount(places.Output.LocalPath, "/out", IsReadOnly: false)], new ArchiveOwner(65532, 65532));
        await store.PrepareAsync(Attempt, Cancel);

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.All(["", "/i1", "/i1/7", "/i1/7/2", "/i1/7/2/output", "/i1/7/checkpoint"], f => Assert.Equal(owner | others, File.GetUnixFileMode(root + f)));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task An_installation_that_is_no_folder_name_is_refused(string id)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _store.PrepareAsync(Attempt with { Installation = new InstallationId(id) }, Cancel));
        Assert.StartsWith($"The installation '{id}' cannot be a folder's name: it must be 1 to 128 letters", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_lies_where_its_attempt_wrote_it()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Write(".hidden/a#b %.txt", "");
        Directory.CreateDirectory(_folder["i1/7/2/output/empty"]);

        var artifact = Assert.Single(await _store.CollectAsync(Attempt, [], Cancel));

        Assert.Equal(_folder["i1/7/2/output/.hidden/a#b %.txt"], artifact.Location.LocalPath);
    }

    [Fact]
    public async Task What_is_not_as_announced_is_said()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Write("model.pt", "model");
        Assert.Equal("The training announced 'model.onnx', but left no such file.", await Refused(new AnnouncedArtifact("model.onnx")));
        Assert.Equal("The training announced '../2/output/model.pt', but left no such file.", await Refused(new AnnouncedArtifact("../2/output/model.pt")));
        Assert.Equal("The training announced 'model.pt' with 4 bytes, but left it with 5.", await Refused(new AnnouncedArtifact("model.pt", 4)));
        Assert.Equal(
            $"The training announced 'model.pt' with the SHA-256 {HashOf("")}, but left it with {HashOf("model")}.",
            await Refused(new AnnouncedArtifact("model.pt", 5, HashOf(""))));

        async Task<string> Refused(AnnouncedArtifact announced) =>
            (await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [announced], Cancel))).Message;
    }

    [Fact]
    public async Task What_is_no_file_is_left_out_and_told_and_a_link_to_a_file_is_that_file()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await _store.PrepareAsync(Attempt, Cancel);
        Write("model.pt", "model");
        Write("wandb/run-1/log", "log");
        Link("last.ckpt", "model.pt");
        Link("whole", "/orca/output/wandb/run-1/log");
        Link("wandb/latest-run", "run-1");
        Link("wandb/latest-log", "latest-run/log");
        Link("shadow", "/etc/shadow");
        Link("up", "../../checkpoint/x");
        Link("nowhere", "nothing");
        Link("circle", "circle");
        FileStatusTests.MakePipe(_folder["i1/7/2/output/pipe"]);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["i1/7/2/output/s"]));

        var left = await _store.CollectAsync(Attempt, [new AnnouncedArtifact("last.ckpt", 5, HashOf("model"))], Cancel);

        Assert.Equal(["last.ckpt", "model.pt", "wandb/latest-log", "wandb/run-1/log", "whole"], left.Select(a => a.Name));
        Assert.Equal(left[1] with { Name = "last.ckpt" }, left[0]);
        Assert.Equal((left[3].Location, left[3].Location), (left[2].Location, left[4].Location));
        await using (var stream = await _store.OpenAsync(left[0], 1, Cancel))
        {
            Assert.Equal("odel", await new StreamReader(stream).ReadToEndAsync(Cancel));
        }

        Assert.Equal(
            [
                "'circle' is a symbolic link that leads in a circle", "'nowhere' is a symbolic link that leads to no file of the output", "'pipe' is a named pipe", "'s' is a socket",
                "'shadow' is a symbolic link that leads out of the output", "'up' is a symbolic link that leads out of the output", "'wandb/latest-run' is a symbolic link that leads to a folder",
            ],
            await _store.FindLeftOutAsync(Attempt, Cancel));
        await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [new AnnouncedArtifact("shadow")], Cancel));

        void Link(string name, string target) => File.CreateSymbolicLink(_folder["i1/7/2/output/" + name], target);
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_told_with_its_bytes_in_the_output_and_in_the_checkpoint()
    {
        var places = await _store.PrepareAsync(Attempt, Cancel);
        foreach (var place in new[] { places.Output.LocalPath, places.Checkpoint.LocalPath })
        {
            using var folder = FolderHandle.Open(place);
            folder.CreateFile(new EntryName([(byte)'m', 0xFF, (byte)'x']), UnixFileMode.UserRead).Dispose();
        }

        var error = await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel));
        Assert.Equal(("The training left 'm\\xFFx', whose name is not UTF-8: use another name.", OutcomeCode.ArtifactMissing), (error.Message, error.Code));
        Assert.Equal(error.Message, (await Assert.ThrowsAsync<ArtifactException>(() => _store.CheckCheckpointAsync(Attempt, Cancel))).Message);
    }

    [Fact]
    public async Task Bytes_that_a_file_only_seems_to_have_count_and_none_of_them_is_read()
    {
        var places = await _store.PrepareAsync(Attempt, Cancel);
        foreach (var place in new[] { places.Output.LocalPath, places.Checkpoint.LocalPath })
        {
            await using var file = File.Create(Path.Combine(place, "x"));
            file.SetLength(8L << 40);
        }

        var error = await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel));
        Assert.Equal(
            ("The training left more than 17179869184 bytes, 'x' with 8796093022208 of them: write less, or ask for a higher limit (Leavings:MaxMiB).", OutcomeCode.ArtifactTooLarge),
            (error.Message, error.Code));
        Assert.Equal(error.Message, (await Assert.ThrowsAsync<ArtifactException>(() => _store.CheckCheckpointAsync(Attempt, Cancel))).Message);
    }

    [Fact]
    public async Task What_lies_too_deep_is_refused()
    {
        var store = new FolderArtifactStore(_folder.Path) { Limits = ArtifactLimits.Default with { Depth = 2 } };
        await store.PrepareAsync(Attempt, Cancel);
        Write("a/b", "");
        Assert.Single(await store.CollectAsync(Attempt, [], Cancel));
        Write("a/c/d", "");
        var error = await Assert.ThrowsAsync<ArtifactException>(() => store.CollectAsync(Attempt, [], Cancel));
        Assert.Equal(("The training left 'a/c/d', which is 3 folders deep; the limit is 2. Use fewer folders.", OutcomeCode.ArtifactTooLarge), (error.Message, error.Code));
    }

    [Fact]
    public async Task An_output_folder_that_is_a_link_is_not_followed()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Directory.Delete(_folder["i1/7/2/output"]);
        var error = await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel));
        Assert.Equal($"The output folder of attempt i1/7/2 was removed by something other than its training.", error.Message);
        Directory.CreateSymbolicLink(_folder["i1/7/2/output"], "/etc");
        await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel));
    }

    [Fact]
    public async Task Names_that_cannot_be_published_are_refused()
    {
        await RefusedAsync("a\nb", "The training left 'a\uFFFDb', whose name is not printable UTF-8: use another name.");
        var folder = string.Join('/', Enumerable.Repeat(new string('f', 99), 8));
        await RefusedAsync(folder + "/x", $"The training left '{folder[..80]}…', whose path is longer than 768 bytes, or has a part longer than 255: use a shorter name.");

        async Task RefusedAsync(string name, string sentence)
        {
            await _store.PrepareAsync(Attempt, Cancel);
            Write(name, "x");
            Assert.Equal(sentence, (await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel))).Message);
            Directory.Delete(_folder["i1/7/2/output"], recursive: true);
        }
    }

    [Fact]
    public async Task More_entries_than_can_be_published_are_refused()
    {
        var store = new FolderArtifactStore(_folder.Path) { Limits = ArtifactLimits.Default with { Entries = 3 } };
        await store.PrepareAsync(Attempt, Cancel);
        Write("folder/one", "");
        Directory.CreateDirectory(_folder["i1/7/2/output/folder/empty"]);
        Assert.Single(await store.CollectAsync(Attempt, [], Cancel));
        Write("two", "");
        var error = await Assert.ThrowsAsync<ArtifactException>(() => store.CollectAsync(Attempt, [], Cancel));
        Assert.Equal("The training left more than 3 files and folders: pack them into an archive, or write fewer.", error.Message);
    }

    [Fact]
    public async Task An_artifact_that_is_gone_or_changed_or_elsewhere_does_not_open()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Write("model.pt", "model");
        var artifact = Assert.Single(await _store.CollectAsync(Attempt, [], Cancel));

        Write("model.pt", "models");
        Assert.Equal($"The artifact 'model.pt' at '{artifact.Location}' has changed since it was published: it had 5 bytes and has 6.", await Refused(artifact));
        File.Delete(artifact.Location.LocalPath);
        Assert.Equal($"The artifact 'model.pt' is no longer at '{artifact.Location}': what is there is nothing.", await Refused(artifact));
        File.CreateSymbolicLink(artifact.Location.LocalPath, "/etc/passwd");
        Assert.Equal($"The artifact 'model.pt' is no longer at '{artifact.Location}': what is there is a symbolic link.", await Refused(artifact));
        foreach (var elsewhere in new[] { "file:///etc/passwd", $"file://{_folder.Path}/../passwd", $"file://{_folder.Path}-other/x", "s3://models/x" })
        {
            var moved = artifact with { Location = new Uri(elsewhere) };
            Assert.Equal($"The artifact 'model.pt' is at '{moved.Location}', which is not in this store.", await Refused(moved));
        }

        async Task<string> Refused(Artifact wanted) => (await Assert.ThrowsAsync<ArtifactException>(() => _store.OpenAsync(wanted, 0, Cancel))).Message;
    }

    private void Write(string name, string text)
    {
        var path = _folder["i1/7/2/output/" + name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
