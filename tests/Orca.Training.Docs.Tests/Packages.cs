using System.Reflection;

namespace Orca.Training.Docs.Tests;

/// <summary>The packages that this repository ships.</summary>
internal static class Packages
{
    public static IReadOnlyList<Assembly> Assemblies { get; } =
    [
        .. Directory.EnumerateDirectories(Path.Combine(Repository.Folder, "src"))
            .Select(f => Path.GetFileName(f))
            .Where(name => File.Exists(Path.Combine(AppContext.BaseDirectory, $"{name}.dll")))
            .Order(StringComparer.Ordinal)
            .Select(Assembly.Load),
    ];
}
