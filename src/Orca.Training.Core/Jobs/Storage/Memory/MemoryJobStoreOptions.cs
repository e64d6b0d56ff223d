namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>What the memory store keeps. Read once, when the store is made.</summary>
public sealed class MemoryJobStoreOptions
{
    /// <summary>
    /// How many finished jobs are kept, and as many runs of jobs that were removed; the oldest go first, and retention removes what they
    /// left on disk, models excepted whose run is still kept. Default 10,000.
    /// </summary>
    public int KeepFinished { get; set; } = 10_000;

    /// <summary>How many changes a reader of the feed may lag behind before it has to read all open jobs anew. Default 65,536.</summary>
    public int KeepChanges { get; set; } = 65_536;

    /// <summary>
    /// How many past revisions of each job a watcher can go back to; of jobs that finished before the last 256, only the end is kept.
    /// Default 64.
    /// </summary>
    public int KeepRevisions { get; set; } = 64;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(KeepFinished);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepChanges, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepRevisions, 1);
    }
}
