using Microsoft.Extensions.Logging;

namespace Orca.Training.Sqlite;

/// <summary>The package's log messages; event ids 5000 to 5099.</summary>
internal static partial class SqliteLog
{
    [LoggerMessage(5000, LogLevel.Information, "Opened job store {File} of installation {Installation} with {Jobs} open jobs")]
    public static partial void Opened(this ILogger log, string file, string installation, int jobs);

    [LoggerMessage(5001, LogLevel.Warning, "Jobs that a transaction of the application's own brought to job store {File} could not be taken up yet; trying again")]
    public static partial void NotTakenUp(this ILogger log, Exception exception, string file);

    [LoggerMessage(5002, LogLevel.Warning, "{File} can be read by other users of this machine and belongs to another user, so that its rights stay as they are; give it to this host's user, or set OrcaTraining:Sqlite:OtherUsersCanRead if that is wanted")]
    public static partial void OpenToOthers(this ILogger log, string file);

    [LoggerMessage(5003, LogLevel.Warning, "The rights of job store {File} could not be looked at")]
    public static partial void NotProtected(this ILogger log, Exception exception, string file);
}
