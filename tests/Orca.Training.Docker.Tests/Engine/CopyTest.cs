using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>What tests of copied folders share: the host's folders, and trainings that find them by variables.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public abstract class CopyTest(DockerEngine engine) : EngineTest(engine)
{
    private readonly DirectoryInfo _host = Directory.CreateTempSubdirectory("orca-copy-");

    internal override DockerRuntime OwnRuntime() => NewRuntime(o => o.Delivery = FolderDelivery.Copy);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _host.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected (AttemptSpec Spec, FolderMount[] Written) Places(string script)
    {
        var mounts = new[]
        {
            new FolderMount(_host.CreateSubdirectory("data").FullName, "/orca/data", IsReadOnly: true),
            new FolderMount(_host.CreateSubdirectory("output").FullName, "/orca/output", IsReadOnly: false),
            new FolderMount(_host.CreateSubdirectory("checkpoint").FullName, "/orca/checkpoint", IsReadOnly: false),
        };
        return (Script($"DATA=/orca/data OUTPUT=/orca/output CHECKPOINT=/orca/checkpoint; {script}") with { Mounts = mounts }, mounts[1..]);
    }

    private protected string PathOf(string name) => Path.Combine(_host.FullName, name);

    private protected string Read(string name) => File.ReadAllText(PathOf(name));

    private protected void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    private protected IEnumerable<string> Files() => _host.EnumerateFiles("*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(_host.FullName, f.FullName)).Order(StringComparer.Ordinal);
}
