using Orca.Training.Files;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Artifacts;

/// <summary>Holds what a training left against what it said it would leave, and against what can be published at all. The same in every store. Pure.</summary>
internal static class Announcements
{
    /// <summary>The most files and folders that an attempt may leave.</summary>
    public const int MaxEntries = 10_000;

    /// <summary>The longest name of an artifact, in bytes of UTF-8: what S3 takes for a key, less room for a prefix.</summary>
    public const int MaxNameBytes = 768;

    /// <exception cref="ArtifactException">One of the announced files is not there.</exception>
    public static void RequireAll(IReadOnlyList<AnnouncedArtifact> announced, IEnumerable<string> left)
    {
        var names = left.ToHashSet(StringComparer.Ordinal);
        if (announced.FirstOrDefault(a => !names.Contains(a.Name)) is { } missing)
        {
            throw new ArtifactException($"The training announced {PlainName.Quoted(missing.Name)}, but left no such file.");
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
