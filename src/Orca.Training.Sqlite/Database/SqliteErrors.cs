using Microsoft.Data.Sqlite;
using Orca.Training.Jobs.Storage;
using SQLitePCL;
using static System.FormattableString;

namespace Orca.Training.Sqlite.Database;

/// <summary>SQLite's result codes in words.</summary>
internal static class SqliteErrors
{
    /// <summary>Whether a row with this id or this key is there already: an application's own transaction was first.</summary>
    public static bool IsTakenId(SqliteException exception) => exception.SqliteExtendedErrorCode is raw.SQLITE_CONSTRAINT_PRIMARYKEY or raw.SQLITE_CONSTRAINT_UNIQUE;

    /// <summary>
    /// Whether nothing of the write can be on record. Who does not get the lock has not begun; any other failure may have come with the commit, and what is on
    /// record then has to be read.
    /// </summary>
    public static bool IsUndone(SqliteException exception) => exception.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_READONLY;

    /// <summary>What a caller is told of a write that failed; it was rolled back, so that nothing of it is on record, unless this says otherwise.</summary>
    public static JobStoreUnavailableException Write(SqliteException exception, string file, TimeSpan busyTimeout) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => DiskFull(file, exception),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(
            Invariant($"Another program has held the write lock of the job store '{file}' for more than {busyTimeout.TotalSeconds:0.#} s: nothing was stored. It may be a backup tool, or a long transaction of your application."),
            exception),
        raw.SQLITE_READONLY => new($"The job store '{file}' cannot be written: nothing was stored. Allow the host's user to write the file and its folder.", exception),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new($"The job store '{file}' is damaged ({exception.Message}): stop the host and restore a backup.", exception),
        _ => new($"The job store '{file}' could not be written ({exception.Message}); it is not known whether the write was stored.", exception),
    };

    public static JobStoreUnavailableException DiskFull(string file, Exception? cause) =>
        new($"The disk of the job store '{file}' is full: nothing was stored. It continues when there is free space.", cause);

    public static JobStoreUnavailableException Read(SqliteException exception, string file) =>
        new($"The job store '{file}' could not be read: {exception.Message}", exception);
}
