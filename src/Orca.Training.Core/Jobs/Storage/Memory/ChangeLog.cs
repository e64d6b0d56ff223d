namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>The newest changes, by sequence; a ring that grows up to its capacity and then forgets the oldest.</summary>
/// <typeparam name="TChange">What is kept of a change.</typeparam>
/// <param name="capacity">How many changes are kept.</param>
/// <param name="read">The job after a change.</param>
internal sealed class ChangeLog<TChange>(int capacity, Func<TChange, Job> read)
{
    private TChange[] _ring = new TChange[Math.Min(capacity, 256)];

    /// <summary>The sequence of the newest change; the first one is 1.</summary>
    public long Last { get; private set; }

    private long Oldest => Math.Max(1, Last - capacity + 1);

    public void Append(TChange change)
    {
        if (Last >= _ring.Length && _ring.Length < capacity)
        {
            Array.Resize(ref _ring, Math.Min(capacity, _ring.Length * 2));
        }

        Last++;
        _ring[(Last - 1) % _ring.Length] = change;
    }

    /// <summary>What follows a sequence, up to a limit.</summary>
    public ChangePage Read(long after, int limit)
    {
        if (after < Oldest - 1 || after > Last)
        {
            return new ChangePage([], new ChangeCursor(Last), IsTruncated: true);
        }

        var changes = new Job[(int)Math.Min(limit, Last - after)];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i] = read(_ring[(after + i) % _ring.Length]);
        }

        return new ChangePage(changes, new ChangeCursor(after + changes.Length), IsTruncated: false);
    }
}
