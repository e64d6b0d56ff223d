using System.Diagnostics;
using System.Net.Sockets;
using Orca.Training.Files;

namespace Orca.Training.Tests.Files;

public sealed class FileStatusTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tells_what_stands_at_a_path_without_opening_it()
    {
        File.WriteAllText(_folder["file"], "12345");
        File.CreateSymbolicLink(_folder["link"], _folder["nowhere"]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        MakePipe(_folder["pipe"]);

        Assert.Equal((FileKind.Regular, 5), (FileStatus.Of(_folder["file"]).Kind, FileStatus.Of(_folder["file"]).Size));
        Assert.Equal(FileKind.Folder, FileStatus.Of(_folder.Path).Kind);
        Assert.Equal(FileKind.SymbolicLink, FileStatus.Of(_folder["link"]).Kind);
        Assert.Equal(FileKind.Missing, FileStatus.Of(_folder["nothing"]).Kind);
        Assert.Equal(FileKind.Missing, FileStatus.Of(_folder["file/below"]).Kind);
        Assert.Equal(FileKind.Pipe, FileStatus.Of(_folder["pipe"]).Kind);
        Assert.Equal(FileKind.Socket, FileStatus.Of(_folder["socket"]).Kind);
        Assert.Equal(FileKind.Device, FileStatus.Of("/dev/null").Kind);
    }

    [Fact]
    public void An_open_file_has_the_status_of_its_path()
    {
        File.WriteAllText(_folder["file"], "12345");
        using var stream = File.OpenRead(_folder["file"]);
        Assert.Equal(FileStatus.Of(_folder["file"]), FileStatus.Of(stream.SafeFileHandle));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a b#c%20?d|e:f\\g;é+&\u202e")]
    public void A_file_uri_leads_back_to_its_path(string name)
    {
        var path = _folder[name];
        Assert.Equal(path, FileUri.Of(path).LocalPath);
        Assert.Equal(path, new Uri(FileUri.Of(path).AbsoluteUri).LocalPath);
    }

    internal static void MakePipe(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
