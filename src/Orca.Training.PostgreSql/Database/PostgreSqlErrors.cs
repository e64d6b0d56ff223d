using Npgsql;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.PostgreSql.Database;

/// <summary>What went wrong, in words, and whether a write may be on record all the same.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>
    /// Whether the server has said that it undid the statement. A session that is ended from outside (57P01 and its like) may have
    /// committed just before, as may one whose connection broke.
    /// </summary>
    public static bool IsUndone(Exception exception) =>
        exception is PostgresException { InvariantSeverity: "ERROR" };

    /// <summary>Whether the trouble is the server's or the network's, and not the statement's.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException e => e.InvariantSeverity != "ERROR" || e.IsTransient || e.SqlState[..2] is "53" or "55" or "57" or "58" or "25",
        NpgsqlException or TimeoutException or IOException => true,
        _ => false,
    };

    /// <summary>Whether the trouble is a value that the database can never hold, such as a text with U+0000.</summary>
    public static bool IsOfTheValues(Exception exception) => exception is PostgresException { SqlState: ['2', '2', ..] } or System.Text.EncoderFallbackException;

    /// <summary>Whether somebody else has taken an idempotency key since it was looked for.</summary>
    public static bool IsTakenKey(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "jobs_key" };

    /// <summary>Whether a lock was not to be had in time: that of one write, which says nothing of the others beside it.</summary>
    public static bool IsLocked(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    public static JobStoreUnavailableException Unreached(Exception exception, string database) =>
        new($"The job store {database} cannot be reached; nothing was stored: {exception.Message}", exception);

    public static JobStoreUnavailableException Undone(Exception exception, string database) =>
        new($"The job store {database} refused the write; nothing was stored: {exception.Message}", exception);

    public static JobStoreUnavailableException Unknown(Exception exception, string database) =>
        new($"The job store {database} did not answer; it is not known whether the write was stored: {exception.Message}", exception);

    public static JobStoreUnavailableException Late(Exception exception, string database, TimeSpan timeout) =>
        new(Invariant($"The job store {database} did not answer within {timeout.TotalSeconds:0.###} s (OrcaTraining:PostgreSql:CallTimeout). Try again."), exception);

    public static JobStoreUnavailableException Unread(Exception exception, string database) =>
        new($"The job store {database} cannot be read now: {exception.Message}", exception);
}
