[assembly: AssemblyFixture(typeof(Orca.Training.Packages.Tests.Feed))]

namespace Orca.Training.Packages.Tests;

/// <summary>The packages, packed once by the repository's own script as a reader would, and a folder whose projects find them.</summary>
public sealed class Feed : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orca-packages-");

    /// <summary>The version of this pack.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Where the packages lie.</summary>
    public string Packages => Path.Combine(_folder.FullName, "packages");

    /// <summary>A folder with a nuget.config that knows them.</summary>
    public string Projects => Path.Combine(_folder.FullName, "projects");

    public async ValueTask InitializeAsync() =>
        Version = await Repository.RunScriptAsync("pack.sh", ["--output", Packages, "--for", Projects], engine: null, CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        // What was restored of this pack is of no use to anybody any more.
        var restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var package in Directory.Exists(restored) ? Directory.EnumerateDirectories(restored, "orca.training.*") : [])
        {
            var version = Path.Combine(package, Version.ToLowerInvariant());
            if (Version.Length > 0 && Directory.Exists(version))
            {
                Directory.Delete(version, recursive: true);
            }
        }

        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
