using Microsoft.Extensions.Logging;

namespace Orca.Training.Sqlite;

/// <summary>The package's log messages; event ids 5000 to 5099.</summary>
internal static partial class SqliteLog
{
    [LoggerMessage(5000, LogLevel.Information, "Opened job store {File} of installation {Installation} with {Jobs} open jobs")]
    public static partial void Opened(this ILogger log, string file, string installation, int jobs);

    [LoggerMessage(5001, LogLevel.Warning, "Jobs that a transaction of the application's own brought to job store {File} could not be taken up yet; trying again")]
    public static partial void NotTakenUp(this ILogger log, Exception exception, string file);
}
