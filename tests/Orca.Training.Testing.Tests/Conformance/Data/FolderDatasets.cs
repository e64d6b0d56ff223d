using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Files;
using Suite = Orca.Training.Testing.Conformance.Datasets.DatasetStoreConformance;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>The suite on folders of this host, whose store may be wrapped.</summary>
internal sealed class FolderDatasets(Func<IDatasetStore, IDatasetStore> wrap, TimeSpan patience) : Suite
{
    private readonly string _root = Directory.CreateTempSubdirectory("orca-test-").FullName;

    protected override TimeSpan Patience => patience;

    protected override int GeneratedSequences => 40;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        FolderTree.Delete(_root);
    }

    protected override ValueTask<IDatasetStore> CreateAsync() => ValueTask.FromResult(wrap(new FolderDatasetStore(_root)));

    protected override async ValueTask<IReadOnlyDictionary<string, byte[]>> ReadFilesAsync(Uri place)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var path in Directory.EnumerateFiles(place.LocalPath, "*", SearchOption.AllDirectories))
        {
            files[Path.GetRelativePath(place.LocalPath, path)] = await File.ReadAllBytesAsync(path, Cancel);
        }

        return files;
    }

    protected override async ValueTask DamageAsync(Uri place, string name)
    {
        var path = Path.Combine(place.LocalPath, name);
        var content = await File.ReadAllBytesAsync(path, Cancel);
        content[0] ^= 1;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await File.WriteAllBytesAsync(path, content, Cancel);
    }
}
