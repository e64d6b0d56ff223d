using Microsoft.Data.Sqlite;
using Orca.Training.Disk;
using static System.FormattableString;

namespace Orca.Training.Sqlite.Database;

/// <summary>
/// Room that the database has taken beforehand, so that ends and cancellations can be recorded when its disk is full: free pages in its file, and
/// a write-ahead log that is long enough to begin anew in place. Nobody else can take it. A file beside it does the same for an opening, which
/// has to make the log first: it is given up then.
/// </summary>
internal sealed class DatabaseReserve(SqliteConnection connection, string file, TimeProvider time)
{
    private const long MostBytes = 1 << 20;
    private const long LeastBytes = 64 << 10;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMinutes(1);

    private long _lookedAt;

    private string ReserveFile => file + "-reserve";

    /// <summary>Gives up the file beside the database; whether there was one.</summary>
    public static bool GiveUp(string database)
    {
        var path = database + "-reserve";
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    /// <summary>Takes the room, where there is any, when the database has been opened.</summary>
    public void Take()
    {
        _lookedAt = time.GetTimestamp();
        var disk = DiskReading.Of(Path.GetDirectoryName(file)!);
        var bytes = BytesOn(disk);
        if (disk.Free < 8 * bytes)
        {
            return;
        }

        TakePages(bytes);
        if (!File.Exists(ReserveFile))
        {
            TakeFile(bytes);
        }
    }

    /// <summary>Takes it again once in a while, where it was used and there is room again.</summary>
    public void Keep()
    {
        if (time.GetElapsedTime(_lookedAt) < LookPeriod)
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        var disk = DiskReading.Of(Path.GetDirectoryName(file)!);
        var bytes = BytesOn(disk);
        if (disk.Free >= 8 * bytes && FreeBytes() < bytes / 2)
        {
            Take();
        }
    }

    private static long BytesOn(DiskReading disk) => Math.Clamp(disk.Total / 64, LeastBytes, MostBytes);

    private long FreeBytes() => Number("PRAGMA freelist_count") * Number("PRAGMA page_size");

    private long Number(string pragma)
    {
        using var command = connection.Command(pragma);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>
    /// What a table took that is dropped stays in the file as free pages, and the log has become as long as that. Each step by itself: pages that
    /// come and go in one transaction never reach the disk.
    /// </summary>
    private void TakePages(long bytes)
    {
        connection.Run("DROP TABLE IF EXISTS orca_reserve");
        connection.Run("CREATE TABLE orca_reserve (room BLOB)");
        connection.Run(Invariant($"INSERT INTO orca_reserve VALUES (zeroblob({bytes}))"));
        connection.Run("PRAGMA wal_checkpoint(RESTART)");
        connection.Run("DROP TABLE orca_reserve");
    }

    private void TakeFile(long bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var reserve = new FileStream(ReserveFile, options);
        reserve.Write(new byte[bytes]);
    }
}
