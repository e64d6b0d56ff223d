namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>The capacity of the memory store. Read once, when the store is created.</summary>
public sealed class MemoryJobStoreOptions
{
    /// <summary>
    /// The number of finished jobs that are kept, and the same number of runs of removed jobs. The oldest are removed first, with their
    /// files on disk, except models whose run is still kept. Default 10,000.
    /// </summary>
    public int KeepFinished { get; set; } = 10_000;

    /// <summary>
    /// The number of changes by which a reader of the feed may be behind before it has to read all open jobs again. Default 65,536.
    /// </summary>
    public int KeepChanges { get; set; } = 65_536;

    /// <summary>
    /// The number of past revisions of each job to which a watcher can return. Of jobs that finished before the last 256, only the end is
    /// kept. Default 64.
    /// </summary>
    public int KeepRevisions { get; set; } = 64;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(KeepFinished);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepChanges, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepRevisions, 1);
    }
}
