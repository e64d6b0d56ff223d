using Orca.Training.Files;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Artifacts;

/// <summary>Holds what a training left against what it said it would leave, and against what can be published at all. The same in every store. Pure.</summary>
internal static class Announcements
{
    /// <exception cref="ArtifactException">One of the announced files is not there, or what is there has a name that some system cannot hold.</exception>
    public static void RequireAll(IReadOnlyList<AnnouncedArtifact> announced, IEnumerable<string> left)
    {
        var names = left.ToHashSet(StringComparer.Ordinal);
        RequirePortable(names);
        if (announced.FirstOrDefault(a => !names.Contains(a.Name)) is { } missing)
        {
            throw new ArtifactException($"The training announced {PlainName.Quoted(missing.Name)}, but left no such file.");
        }
    }

    /// <summary>What is published is downloaded to other systems, and handed on to other trainings: its names hold to the rule of datasets.</summary>
    private static void RequirePortable(HashSet<string> left)
    {
        string[] names = [.. left.Order(StringComparer.Ordinal)];
        foreach (var name in names)
        {
            if (name.Split('/').Select(PortableName.Problem).FirstOrDefault(p => p is not null) is { } problem)
            {
                throw new ArtifactException($"The training left {PlainName.Quoted(name)}, whose name is not valid on every operating system: {problem}");
            }
        }

        if (PortableName.Clash(names) is var (first, second))
        {
            throw new ArtifactException(
                $"The training left {LookAlike.Spelt(first)} and {LookAlike.Spelt(second)}, which differ only by case or by the encoding of an accent, and some file systems treat them as one: rename one of them.");
        }
    }

    /// <param name="announced">What it said; all of these files are there.</param>
    /// <param name="left">What is there.</param>
    /// <exception cref="ArtifactException">A file has another size or content than was announced.</exception>
    public static void Compare(IReadOnlyList<AnnouncedArtifact> announced, IReadOnlyList<Artifact> left)
    {
        var byName = left.ToDictionary(a => a.Name, StringComparer.Ordinal);
        foreach (var said in announced)
        {
            var found = byName[said.Name];
            if (said.Size is { } size && size != found.Size)
            {
                throw new ArtifactException(Invariant($"The training announced {PlainName.Quoted(said.Name)} with {size} bytes, but left it with {found.Size}."));
            }

            if (said.Sha256 is { } hash && !hash.Equals(found.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw new ArtifactException($"The training announced {PlainName.Quoted(said.Name)} with the SHA-256 {hash}, but left it with {found.Sha256}.");
            }
        }
    }
}
