using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Suite = Orca.Training.Testing.Conformance.Artifacts.ArtifactStoreConformance;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>The suite on folders of this host, whose store may be wrapped.</summary>
internal sealed class FolderArtifacts(Func<IArtifactStore, IArtifactStore> wrap, TimeSpan patience) : Suite
{
    private readonly string _root = Directory.CreateTempSubdirectory("orca-test-").FullName;

    protected override TimeSpan Patience => patience;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    protected override ValueTask<IArtifactStore> CreateAsync() => ValueTask.FromResult(wrap(new FolderArtifactStore(_root)));

    protected override ValueTask WriteAsync(Uri place, string name, ReadOnlyMemory<byte> content)
    {
        var path = Path.Combine(place.LocalPath, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new ValueTask(File.WriteAllBytesAsync(path, content, CancellationToken.None));
    }

    protected override ValueTask<byte[]?> ReadAsync(Uri place, string name)
    {
        var path = Path.Combine(place.LocalPath, name);
        return ValueTask.FromResult(File.Exists(path) ? File.ReadAllBytes(path) : null);
    }
}
