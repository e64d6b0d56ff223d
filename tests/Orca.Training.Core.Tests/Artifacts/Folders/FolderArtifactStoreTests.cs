using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Jobs;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Artifacts.Folders;

[UnsupportedOSPlatform("windows")]
public sealed class FolderArtifactStoreTests : IDisposable
{
    private static readonly AttemptName Attempt = new(new InstallationId("i1"), new AttemptId(new JobId(7), 2));

    private readonly TempFolder _folder = new();
    private readonly FolderArtifactStore _store;

    public FolderArtifactStoreTests() => _store = new FolderArtifactStore(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_attempt_has_its_own_output_and_shares_its_jobs_checkpoint()
    {
        var second = await _store.PrepareAsync(Attempt, Cancel);
        var third = await _store.PrepareAsync(Attempt with { Attempt = new AttemptId(new JobId(7), 3) }, Cancel);
        Assert.Equal((_folder["i1/7/2/output"], _folder["i1/7/checkpoint"]), (second.Output.LocalPath, second.Checkpoint.LocalPath));
        Assert.Equal((_folder["i1/7/3/output"], _folder["i1/7/checkpoint"]), (third.Output.LocalPath, third.Checkpoint.LocalPath));
        Assert.All([second.Output, second.Checkpoint, third.Output], p => Assert.True(p.IsFile && Directory.Exists(p.LocalPath)));
    }

    [Fact]
    public async Task Preparing_again_changes_nothing()
    {
        var places = await _store.PrepareAsync(Attempt, Cancel);
        Write("model.pt", "m");
        Assert.Equal(places, await _store.PrepareAsync(Attempt, Cancel));
        Assert.Equal("m", await File.ReadAllTextAsync(_folder["i1/7/2/output/model.pt"], Cancel));
    }

    [Fact]
    public async Task A_container_can_write_into_its_two_places_and_nowhere_else()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode pass = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        const UnixFileMode write = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        var isRoot = Environment.IsPrivilegedProcess;
        Assert.All(["i1", "i1/7", "i1/7/2"], f => Assert.Equal(isRoot ? owner | pass : owner, File.GetUnixFileMode(_folder[f])));
        Assert.All(["i1/7/2/output", "i1/7/checkpoint"], f => Assert.Equal(isRoot ? owner | pass | write : owner, File.GetUnixFileMode(_folder[f])));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task An_installation_that_is_no_folder_name_is_refused(string id)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _store.PrepareAsync(Attempt with { Installation = new InstallationId(id) }, Cancel));
        Assert.StartsWith($"The installation '{id}' cannot be a folder's name: it must be letters", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_attempt_left_is_listed_by_name_and_can_be_opened()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Write("model.pt", "model");
        Write(".hidden/a#b %.txt", "");
        Write("Z", "z");
        Directory.CreateDirectory(_folder["i1/7/2/output/empty"]);

        var left = await _store.CollectAsync(Attempt, [new AnnouncedArtifact("model.pt", 5, HashOf("model").ToUpperInvariant()), new AnnouncedArtifact("Z")], Cancel);

        Assert.Equal([(".hidden/a#b %.txt", 0, HashOf("")), ("Z", 1, HashOf("z")), ("model.pt", 5, HashOf("model"))], left.Select(a => (a.Name, a.Size, a.Sha256)));
        foreach (var artifact in left)
        {
            Assert.Equal(_folder["i1/7/2/output/" + artifact.Name], artifact.Location.LocalPath);
            await using var stream = await _store.OpenAsync(artifact, Cancel);
            Assert.Equal(artifact.Sha256, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Cancel)));
        }
    }

    [Fact]
    public async Task What_was_announced_must_be_there_as_announced()
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
    public async Task Nothing_but_ordinary_files_is_published()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await RefusedAsync("x/shadow", "a symbolic link", p => File.CreateSymbolicLink(p, "/etc/shadow"));
        await RefusedAsync("x/etc", "a symbolic link", p => Directory.CreateSymbolicLink(p, "/etc"));
        await RefusedAsync("x/nowhere", "a symbolic link", p => File.CreateSymbolicLink(p, "nowhere"));
        await RefusedAsync("x/pipe", "a named pipe", FileStatusTests.MakePipe);
        await RefusedAsync("s", "a socket", p => socket.Bind(new UnixDomainSocketEndPoint(p)));

        async Task RefusedAsync(string name, string kind, Action<string> make)
        {
            await _store.PrepareAsync(Attempt, Cancel);
            Write("x/fine", "fine");
            make(_folder["i1/7/2/output/" + name]);
            var error = await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel));
            Assert.Equal($"The training left '{name}', which is {kind}: only ordinary files can be published.", error.Message);
            Directory.Delete(_folder["i1/7/2/output"], recursive: true);
        }
    }

    [Fact]
    public async Task An_output_folder_that_is_a_link_is_not_followed()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Directory.Delete(_folder["i1/7/2/output"]);
        var error = await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel));
        Assert.Equal($"The output folder of attempt i1/7/2 is gone: something other than its training removed '{_folder["i1/7/2/output"]}'.", error.Message);
        Directory.CreateSymbolicLink(_folder["i1/7/2/output"], "/etc");
        await Assert.ThrowsAsync<ArtifactException>(() => _store.CollectAsync(Attempt, [], Cancel));
    }

    [Fact]
    public async Task Names_that_cannot_be_published_are_refused()
    {
        await RefusedAsync("a\nb", "The training left 'a\uFFFDb', whose name is not printable text in UTF-8: give it another one.");
        var folder = string.Join('/', Enumerable.Repeat(new string('f', 99), 8));
        await RefusedAsync(folder + "/x", $"The training left '{folder[..80]}…', whose name is longer than 768 bytes: give it a shorter one.");

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
        var store = new FolderArtifactStore(_folder.Path) { MaxEntries = 3 };
        await store.PrepareAsync(Attempt, Cancel);
        Write("folder/one", "");
        Directory.CreateDirectory(_folder["i1/7/2/output/folder/empty"]);
        Assert.Single(await store.CollectAsync(Attempt, [], Cancel));
        Write("two", "");
        var error = await Assert.ThrowsAsync<ArtifactException>(() => store.CollectAsync(Attempt, [], Cancel));
        Assert.Equal("The training left more than 3 files and folders: pack them into one archive, or leave fewer.", error.Message);
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
            Assert.Equal($"The artifact 'model.pt' lies at '{moved.Location}', which is not in this store.", await Refused(moved));
        }

        async Task<string> Refused(Artifact wanted) => (await Assert.ThrowsAsync<ArtifactException>(() => _store.OpenAsync(wanted, Cancel))).Message;
    }

    [Fact]
    public async Task Collecting_ends_when_it_is_cancelled()
    {
        await _store.PrepareAsync(Attempt, Cancel);
        Write("model.pt", "model");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.CollectAsync(Attempt, [], new CancellationToken(canceled: true)));
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private void Write(string name, string text)
    {
        var path = _folder["i1/7/2/output/" + name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
