using Orca.Training.Files;

namespace Orca.Training.Tests.Files;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FolderTreeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_deeper_than_any_path_is_deleted_and_nothing_that_a_link_leads_to()
    {
        Directory.CreateDirectory(_folder["outside"]);
        File.WriteAllText(_folder["outside/kept"], "kept");
        var open = FolderHandle.Open(Directory.CreateDirectory(_folder["deep"]).FullName);
        for (var depth = 0; depth < 2000; depth++)
        {
            var name = new EntryName("folder");
            open.CreateFolder(name);
            open.CreateSymbolicLink(new EntryName([0xFE]), "/"u8);
            open.CreateSymbolicLink(new EntryName("out"), EntryBytes(_folder["outside"]));
            var next = open.OpenFolder(name);
            open.Dispose();
            open = next;
        }

        open.Dispose();
        Assert.Throws<IOException>(() => FolderTree.Walk(_folder["deep"]).Count());

        FolderTree.Delete(_folder["deep"], TestContext.Current.CancellationToken);

        Assert.False(Directory.Exists(_folder["deep"]));
        Assert.Equal("kept", File.ReadAllText(_folder["outside/kept"]));
    }

    [Fact]
    public void A_removal_hears_a_cancel_between_two_entries()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_folder["x"]).FullName, "a"), "");

        Assert.Throws<OperationCanceledException>(() => FolderTree.Delete(_folder["x"], new CancellationToken(canceled: true)));
        Assert.True(File.Exists(_folder["x/a"]));
    }

    private static byte[] EntryBytes(string path) => System.Text.Encoding.UTF8.GetBytes(path);
}
