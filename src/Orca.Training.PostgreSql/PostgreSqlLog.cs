using Microsoft.Extensions.Logging;

namespace Orca.Training.PostgreSql;

/// <summary>The package's log messages; event ids 6000 to 6099.</summary>
internal static partial class PostgreSqlLog
{
    [LoggerMessage(6000, LogLevel.Information, "Opened job store {Database}, schema {Schema}, of installation {Installation}")]
    public static partial void Opened(this ILogger log, string database, string schema, string installation);

    [LoggerMessage(6001, LogLevel.Information, "Upgraded job store {Database}, schema {Schema}, from version {From} to {To}")]
    public static partial void Upgraded(this ILogger log, string database, string schema, int from, int to);

    [LoggerMessage(6002, LogLevel.Warning, "The changes of job store {Database} cannot be read; trying again in {DurationMs} ms")]
    public static partial void FeedBroken(this ILogger log, Exception exception, string database, long durationMs);

    [LoggerMessage(6003, LogLevel.Warning, "Lost the notification connection of job store {Database}; polling every {DurationMs} ms until it is back")]
    public static partial void NotificationsLost(this ILogger log, Exception exception, string database, long durationMs);

    [LoggerMessage(6004, LogLevel.Warning, "The data source of job store {Database} has Max Auto Prepare set. A statement that fails can then break later statements on its connection (npgsql#6391). Turn it off for this data source")]
    public static partial void PreparesByItself(this ILogger log, string database);
}
