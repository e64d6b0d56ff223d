using static System.FormattableString;

namespace Orca.Training.Disk;

/// <summary>What the room on a disk allows.</summary>
internal enum DiskVerdict
{
    /// <summary>There is room.</summary>
    Ample,

    /// <summary>No training starts any more.</summary>
    Low,

    /// <summary>What fills it is ended, so that the service itself goes on.</summary>
    Full,
}

/// <summary>What somebody's files take of a disk.</summary>
/// <param name="Owner">Whose they are.</param>
/// <param name="Bytes">How much they take now.</param>
/// <param name="Grown">How much of it came since it was looked at before.</param>
internal readonly record struct DiskUse<T>(T Owner, long Bytes, long Grown);

/// <summary>
/// When a disk is too full, and whose fault that is. On a small disk the marks are shares of it: 5 % and 2 %. Pure.
/// </summary>
/// <param name="KeepFree">Bytes below which no training starts.</param>
/// <param name="StopBelow">Bytes below which the training that fills the disk is ended.</param>
internal sealed record DiskRule(long KeepFree, long StopBelow)
{
    // What is written at most in a second: a bound on how long the next look can wait.
    private const long FastestFill = 2L << 30;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public long LowMark(long total) => Math.Min(KeepFree, total / 20);

    public long FullMark(long total) => Math.Min(StopBelow, total / 50);

    /// <summary>What the room allows. What was low has to rise a quarter above its mark again, so that starts do not come and go.</summary>
    public DiskVerdict Judge(DiskReading disk, DiskVerdict before)
    {
        var (low, full) = (LowMark(disk.Total), FullMark(disk.Total));
        return disk.Free < full || (full > 0 && disk.Free == 0) ? DiskVerdict.Full
            : disk.Free < low + (before is DiskVerdict.Ample ? 0 : low / 4) ? DiskVerdict.Low
            : DiskVerdict.Ample;
    }

    /// <summary>When to look again: never later than the disk could be full.</summary>
    public TimeSpan NextLook(DiskReading disk, TimeSpan period)
    {
        var safe = TimeSpan.FromSeconds((double)Math.Max(0, disk.Free - LowMark(disk.Total)) / FastestFill);
        return safe < period ? period : safe < Longest ? safe : Longest > period ? Longest : period;
    }

    /// <summary>Whose files fill the disk: what grew most, and among equals the largest; null if none has any.</summary>
    public static DiskUse<T>? Filler<T>(IEnumerable<DiskUse<T>> uses) =>
        uses.Where(u => u.Bytes > 0).OrderByDescending(u => u.Grown).ThenByDescending(u => u.Bytes).Select(u => (DiskUse<T>?)u).FirstOrDefault();

    /// <summary>It for people.</summary>
    public string Sentence(DiskReading disk, DiskVerdict verdict) => verdict is DiskVerdict.Full
        ? Invariant($"The disk of '{disk.Folder}' is full: {Size(disk.Free)} of {Size(disk.Total)} are free. No training starts, and the training that fills the disk is stopped.")
        : Invariant($"The disk of '{disk.Folder}' is nearly full: {Size(disk.Free)} of {Size(disk.Total)} are free. No training starts until {Size(LowMark(disk.Total))} are free. Remove files, or set a retention.");

    public static string Size(long bytes) => bytes < 10L << 20 ? Invariant($"{bytes >> 10} KiB") : bytes < 10L << 30 ? Invariant($"{bytes >> 20} MiB") : Invariant($"{bytes >> 30} GiB");
}
