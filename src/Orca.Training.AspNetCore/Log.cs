using Microsoft.Extensions.Logging;

namespace Orca.Training.AspNetCore;

/// <summary>Log messages of the server, with fixed event ids from 3000 to 3099.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Error, "{Method} failed with an unexpected error; the caller got an internal error.")]
    public static partial void UnexpectedError(ILogger logger, Exception exception, string method);

    [LoggerMessage(3001, LogLevel.Warning, "gRPC without TLS does not work on Kestrel's ordinary ports, because this version of Kestrel is not supported ({Reason}). " +
        "Configure a separate endpoint for gRPC, such as Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:5081 with Kestrel:Endpoints:Grpc:Protocols=Http2.")]
    public static partial void CleartextHttp2Unavailable(ILogger logger, string reason);

    [LoggerMessage(3002, LogLevel.Information, "Refused {Path} for a caller at {RemoteAddress}: {Reason}")]
    public static partial void RefusedCaller(ILogger logger, string path, string remoteAddress, string reason);

    [LoggerMessage(3003, LogLevel.Debug, "{Method} ended because its caller disconnected or cancelled.")]
    public static partial void CancelledCall(ILogger logger, Exception exception, string method);

    [LoggerMessage(3004, LogLevel.Warning,
        "The host does not say who may call the training service, so it accepts calls from this machine only. " +
        "If that is intended, call app.MapOrcaTraining().AllowThisMachineOnly(); " +
        "otherwise call app.MapOrcaTraining().RequireAuthorization(policy).")]
    public static partial void NobodySaidWhoMayCall(ILogger logger);
}
