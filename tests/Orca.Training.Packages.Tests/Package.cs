using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Orca.Training.Packages.Tests;

/// <summary>What a package holds and says of itself.</summary>
internal sealed class Package : IDisposable
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private readonly ZipArchive _archive;

    public Package(string path)
    {
        _archive = ZipFile.OpenRead(path);
        using var nuspec = _archive.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        Metadata = XDocument.Load(nuspec).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    public XElement Metadata { get; }

    public string Id => Text("id")!;

    public IEnumerable<(string Id, string Version)> Dependencies =>
        Metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => (e.Attribute("id")!.Value, e.Attribute("version")!.Value));

    public IEnumerable<string> Files => _archive.Entries.Select(e => e.FullName);

    public string? Text(string element) => Metadata.Elements().SingleOrDefault(e => e.Name.LocalName == element)?.Value;

    public string? Attribute(string element, string name) => Metadata.Elements().SingleOrDefault(e => e.Name.LocalName == element)?.Attribute(name)?.Value;

    public string Read(string file)
    {
        using var reader = new StreamReader(_archive.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>What its assembly's symbols hold: the link to its sources, and how many of them lie within.</summary>
    public (string? Link, int Sources) Symbols()
    {
        using var content = new MemoryStream();
        using (var entry = _archive.Entries.Single(e => e.FullName == $"lib/net10.0/{Id}.dll").Open())
        {
            entry.CopyTo(content);
        }

        content.Position = 0;
        using var assembly = new PEReader(content);
        var entryOfSymbols = assembly.ReadDebugDirectory().Single(e => e.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var provider = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(entryOfSymbols);
        var symbols = provider.GetMetadataReader();
        var information = symbols.CustomDebugInformation.Select(symbols.GetCustomDebugInformation).ToList();
        var link = information.Where(i => symbols.GetGuid(i.Kind) == SourceLink).Select(i => System.Text.Encoding.UTF8.GetString(symbols.GetBlobBytes(i.Value)));
        return (link.SingleOrDefault(), information.Count(i => symbols.GetGuid(i.Kind) == EmbeddedSource));
    }

    public void Dispose() => _archive.Dispose();
}
