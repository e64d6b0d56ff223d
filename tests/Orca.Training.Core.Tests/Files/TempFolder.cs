using Orca.Training.Files;

namespace Orca.Training.Tests.Files;

/// <summary>A folder of one test's own, deleted at its end with the read-only folders in it.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orca-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => FolderTree.Delete(Path);
}
