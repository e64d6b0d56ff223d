using Microsoft.Extensions.Logging;

namespace Orca.Training.Diagnostics;

/// <summary>What operators are told about the configuration. Event ids 1040 to 1049; they never change their meaning.</summary>
internal static partial class SettingsLog
{
    [LoggerMessage(1040, LogLevel.Warning, "The setting {Setting} is unknown and has no effect: {Remedy}")]
    public static partial void UnknownSetting(this ILogger logger, string setting, string remedy);

    [LoggerMessage(1041, LogLevel.Information, "Reloaded settings, which apply to new requests and launches: {Settings}")]
    public static partial void SettingsTakenOver(this ILogger logger, string settings);

    [LoggerMessage(1042, LogLevel.Warning, "The setting {Setting} has changed; restart the host to apply it")]
    public static partial void RestartNeeded(this ILogger logger, string setting);

    [LoggerMessage(1043, LogLevel.Error, "The changed configuration is not valid, and the old settings stay in use: {Reason}")]
    public static partial void SettingsRefused(this ILogger logger, string reason);

    [LoggerMessage(1089, LogLevel.Warning, "The job store did not say in which pools trainings are open. Those whose pool is not configured wait until it is")]
    public static partial void PoolsNotChecked(this ILogger logger, Exception error);

    [LoggerMessage(1046, LogLevel.Warning, "No algorithm is configured; every submission is refused. Add one with AddAlgorithm(), or in the section OrcaTraining:Algorithms")]
    public static partial void NoAlgorithm(this ILogger logger);
}
