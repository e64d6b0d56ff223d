using System.Formats.Tar;
using System.Text;
using Orca.Training.Artifacts;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>Copies out of a container that break off, or hold what no engine should send: the host's folder stays as it was.</summary>
public sealed class CopyFaultTests : FaultTest, IDisposable
{
    private readonly DirectoryInfo _host = Directory.CreateTempSubdirectory("orca-copy-fault-");

    public CopyFaultTests()
    {
        _host.CreateSubdirectory("output");
        File.WriteAllText(Path.Combine(_host.FullName, "output", "earlier"), "here");
    }

    private FolderMount Output => new(Path.Combine(_host.FullName, "output"), "/orca/output", IsReadOnly: false);

    public void Dispose() => _host.Delete(recursive: true);

    [Fact]
    public async Task One_that_breaks_off_between_two_files_is_no_whole()
    {
        var all = Tar(("output/a", "1"), ("output/b", "2"));
        await FetchFaultAsync<RuntimeUnavailableException>(FakeEngine.Stream("application/x-tar") + FakeEngine.Chunk(all[..(all.Length / 2)]));
    }

    [Fact]
    public async Task One_that_ends_before_its_last_file_is_complete_is_no_whole()
    {
        var all = Tar(("output/a", new string('x', 3000)));
        await FetchFaultAsync<RuntimeUnavailableException>(FakeEngine.Stream("application/x-tar") + FakeEngine.Chunk(all[..2048]));
    }

    [Theory]
    [InlineData("output/../../escaped")]
    [InlineData("/etc/escaped")]
    [InlineData("output/no-such-folder/escaped")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name)
    {
        await FetchFaultAsync<ArtifactException>(FakeEngine.Stream("application/x-tar") + FakeEngine.Chunk(Tar((name, "x"))) + "0\r\n\r\n");

        Assert.Empty(_host.EnumerateFiles("escaped", SearchOption.AllDirectories));
        Assert.False(File.Exists("/etc/escaped"));
    }

    [Fact]
    public async Task A_file_beyond_a_link_is_refused()
    {
        var elsewhere = _host.CreateSubdirectory("elsewhere");
        await FetchFaultAsync<ArtifactException>(
            FakeEngine.Stream("application/x-tar") + FakeEngine.Chunk(Tar(("output/link", $"-> {elsewhere.FullName}"), ("output/link/escaped", "x"))) + "0\r\n\r\n");

        Assert.Empty(elsewhere.EnumerateFiles());
    }

    private async Task FetchFaultAsync<T>(string answer)
        where T : Exception
    {
        await using var engine = new FakeEngine(answer);
        using var runtime = Runtime(engine.Endpoint, configure: o => o.Delivery = FolderDelivery.Copy);
        await Assert.ThrowsAsync<T>(() => runtime.FetchAsync(Attempt, [Output], Token));

        Assert.Equal("here", await File.ReadAllTextAsync(Path.Combine(Output.HostPath, "earlier"), Token));
        Assert.DoesNotContain(_host.EnumerateDirectories(), d => d.Name.EndsWith(".arriving", StringComparison.Ordinal));
    }

    private static string Tar(params (string Name, string Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "output/"));
            foreach (var (name, content) in entries)
            {
                writer.WriteEntry(content.StartsWith("-> ", StringComparison.Ordinal)
                    ? new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = content[3..] }
                    : new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.Latin1.GetBytes(content)) });
            }
        }

        return Encoding.Latin1.GetString(stream.ToArray());
    }
}
