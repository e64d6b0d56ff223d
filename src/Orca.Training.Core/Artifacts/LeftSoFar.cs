using System.Text;
using Orca.Training.Files;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Artifacts;

/// <summary>
/// Adds up what a training left while it is listed or unpacked, before any of it is read, and refuses what exceeds the limits or can have
/// no name. The same for outputs and checkpoints, in folders, archives and buckets.
/// </summary>
internal sealed class LeftSoFar(ArtifactLimits limits)
{
    private long _bytes;
    private int _entries;

    /// <summary>Takes an entry of a folder into account.</summary>
    public void Add(in FolderEntry entry)
    {
        RequireText(entry.Name, entry.IsText);
        Add(entry.Name, entry.Status.Kind is FileKind.Regular ? entry.Status.Size : 0);
    }

    /// <summary>Takes an entry into account.</summary>
    /// <param name="name">Its path, with forward slashes.</param>
    /// <param name="size">How many bytes it has, from 0.</param>
    /// <exception cref="ArtifactException">With it there is too much.</exception>
    public void Add(string name, long size)
    {
        if (++_entries > limits.Entries)
        {
            throw TooLarge(Invariant($"The training left more than {limits.Entries} files and folders: pack them into an archive, or write fewer."));
        }

        var parts = name.Split('/');
        if (Encoding.UTF8.GetByteCount(name) > limits.NameBytes || parts.Any(p => Encoding.UTF8.GetByteCount(p) > EntryName.MaxBytes))
        {
            throw TooLarge(Invariant(
                $"The training left {PlainName.Quoted(name)}, whose path is longer than {limits.NameBytes} bytes, or has a part longer than {EntryName.MaxBytes}: use a shorter name."));
        }

        if (parts.Length > limits.Depth)
        {
            throw TooLarge(Invariant($"The training left {PlainName.Quoted(name)}, which is {parts.Length} folders deep; the limit is {limits.Depth}. Use fewer folders."));
        }

        AddBytes(name, size);
    }

    /// <summary>Takes bytes into account of an entry that was.</summary>
    /// <exception cref="ArtifactException">With them there is too much.</exception>
    public void AddBytes(string name, long size)
    {
        if (size > limits.Bytes - _bytes)
        {
            throw TooLarge(Invariant(
                $"The training left more than {limits.Bytes} bytes, {PlainName.Quoted(name)} with {size} of them: write less, or ask for a higher limit (Leavings:MaxMiB)."));
        }

        _bytes += size;
    }

    /// <exception cref="ArtifactException">It is no text, so that nobody could ever ask for it.</exception>
    public static void RequireText(string name, bool isText)
    {
        if (!isText)
        {
            throw new ArtifactException($"The training left {PlainName.Quoted(name)}, whose name is not UTF-8: use another name.");
        }
    }

    private static ArtifactException TooLarge(string message) => new(message) { Code = OutcomeCode.ArtifactTooLarge };
}
