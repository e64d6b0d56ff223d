namespace Orca.Training.Machines;

/// <summary>What an entry of an archive is.</summary>
internal enum ArchiveEntryKind
{
    File,
    Folder,
    SymbolicLink,
    HardLink,
    Pipe,

    /// <summary>A device, or what a later kind of archive knows.</summary>
    Other,
}

/// <summary>One entry of an archive.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its path, as it stands there.</param>
/// <param name="Target">Where a link leads, as it stands there.</param>
/// <param name="Size">How many bytes follow.</param>
/// <param name="IsProgram">Whether its owner may run it.</param>
internal sealed record ArchiveEntry(ArchiveEntryKind Kind, byte[] Name, byte[] Target, long Size, bool IsProgram);
