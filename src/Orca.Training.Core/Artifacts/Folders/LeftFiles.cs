using Orca.Training.Files;

namespace Orca.Training.Artifacts.Folders;

/// <summary>What a training left in its output folder: listed, and none of it read.</summary>
/// <param name="Files">Its files, by name.</param>
/// <param name="Links">Its links to files of the output: the link's name, and the file's.</param>
/// <param name="LeftOut">What cannot be published, and why.</param>
internal sealed record LeftFiles(
    SortedDictionary<string, FileStatus> Files, IReadOnlyDictionary<string, string> Links, IReadOnlyList<string> LeftOut)
{
    /// <exception cref="ArtifactException">It exceeds the limits, or has a name that can be none.</exception>
    public static LeftFiles In(string output, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        var files = new SortedDictionary<string, FileStatus>(StringComparer.Ordinal);
        var kinds = new Dictionary<string, FileKind>(StringComparer.Ordinal);
        var targets = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var leftOut = new List<string>();
        var sum = new LeftSoFar(limits);
        foreach (var entry in FolderTree.Walk(output))
        {
            cancellationToken.ThrowIfCancellationRequested();
            sum.Add(entry);
            RequireName(entry.Name);
            kinds.Add(entry.Name, entry.Status.Kind);
            switch (entry.Status.Kind)
            {
                case FileKind.Regular:
                    files.Add(entry.Name, entry.Status);
                    break;
                case FileKind.SymbolicLink:
                    targets.Add(entry.Name, EntryName.TextOf(entry.Folder.ReadLink(entry.Own)));
                    break;
                case FileKind.Folder:
                    break;
                default:
                    leftOut.Add($"{PlainName.Quoted(entry.Name)} is {entry.Status.Description}");
                    break;
            }
        }

        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        var resolvable = targets.ToDictionary(StringComparer.Ordinal);
        foreach (var link in targets.Keys)
        {
            var (file, why) = OutputLinks.Resolve(link, kinds, resolvable);
            if (file is not null)
            {
                links.Add(link, file);
            }
            else
            {
                leftOut.Add($"{PlainName.Quoted(link)} is a symbolic link that {why}");
            }
        }

        leftOut.Sort(StringComparer.Ordinal);
        return new LeftFiles(files, links, leftOut);
    }

    private static void RequireName(string name)
    {
        if (name.Any(char.IsControl))
        {
            throw new ArtifactException($"The training left {PlainName.Quoted(name)}, whose name is not printable UTF-8: use another name.");
        }
    }
}
