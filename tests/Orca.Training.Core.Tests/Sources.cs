using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests;

/// <summary>The repository's sources, for tests that read them.</summary>
internal static class Sources
{
    /// <summary>
    /// All files of some folders with one of these extensions, as paths from the root with forward slashes. What builds and programs
    /// leave is none of them, nor what is hidden.
    /// </summary>
    public static IEnumerable<string> Files(string[] folders, params string[] extensions) =>
        from folder in folders
        let path = Path.Combine(Repository.Folder, folder)
        where Directory.Exists(path)
        from file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
        where extensions.Contains(Path.GetExtension(file))
        let name = Path.GetRelativePath(Repository.Folder, file).Replace('\\', '/')
        where !name.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "orca-data" or "__pycache__" || (part[0] == '.' && part != ".ci"))
        select name;

    public static string[] Lines(string name) => File.ReadAllLines(Path.Combine(Repository.Folder, name));
}
