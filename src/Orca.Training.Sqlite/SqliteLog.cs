using Microsoft.Extensions.Logging;

namespace Orca.Training.Sqlite;

/// <summary>The package's log messages; event ids 5000 to 5099.</summary>
internal static partial class SqliteLog
{
    [LoggerMessage(5000, LogLevel.Information, "Opened job store {File} of installation {Installation} with {Jobs} open jobs")]
    public static partial void Opened(this ILogger log, string file, string installation, int jobs);

    [LoggerMessage(5001, LogLevel.Warning, "Jobs that a transaction of the application added to job store {File} could not be loaded yet; retrying")]
    public static partial void NotTakenUp(this ILogger log, Exception exception, string file);

    [LoggerMessage(5002, LogLevel.Warning, "{File} can be read by other users of this machine, and its rights cannot be changed because it belongs to another user. Change its owner to the host's user, or set OrcaTraining:Sqlite:OtherUsersCanRead to true if this is intended")]
    public static partial void OpenToOthers(this ILogger log, string file);

    [LoggerMessage(5003, LogLevel.Warning, "The access rights of job store {File} could not be read")]
    public static partial void NotProtected(this ILogger log, Exception exception, string file);
}
