using Microsoft.Extensions.Logging;

namespace Orca.Training.Diagnostics;

/// <summary>What the in-process client tells operators: event ids 1080 to 1089.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1080, LogLevel.Error, "{Call} failed with an unexpected error; the caller got an internal error")]
    public static partial void UnexpectedError(this ILogger logger, Exception error, string call);

    [LoggerMessage(1081, LogLevel.Warning, "{Call} failed because a store does not answer; the caller was told to try again")]
    public static partial void StoreUnavailable(this ILogger logger, Exception error, string call);

    [LoggerMessage(1082, LogLevel.Information, "Dataset {DatasetId} has version {Version} of intents: {Report}")]
    public static partial void IntentsAdded(this ILogger logger, string datasetId, string version, object? report);

    [LoggerMessage(1083, LogLevel.Error, "An audit event could not be stored, but its change was made. User: {User}, operation: {Operation}, subject: {Subject}, origin: {Origin}")]
    public static partial void NotAudited(this ILogger logger, Exception error, string? user, string operation, string subject, string? origin);
}
