using Microsoft.Extensions.Logging;

namespace Orca.Training.AspNetCore;

/// <summary>What the server side says, with its fixed event ids: 3000 to 3099.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Error, "{Method} met an unexpected error; the caller was told of an internal error.")]
    public static partial void UnexpectedError(ILogger logger, Exception exception, string method);

    [LoggerMessage(3001, LogLevel.Warning, "gRPC without TLS does not work on Kestrel's ordinary ports, because this version of Kestrel is not known ({Reason}). " +
        "Give gRPC an endpoint of its own, such as Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:5081 with Kestrel:Endpoints:Grpc:Protocols=Http2.")]
    public static partial void CleartextHttp2Unavailable(ILogger logger, string reason);

    [LoggerMessage(3002, LogLevel.Information, "Refused {Path} for a caller at {RemoteAddress}: {Reason}")]
    public static partial void RefusedCaller(ILogger logger, string path, string remoteAddress, string reason);

    [LoggerMessage(3003, LogLevel.Debug, "{Method} ended because its caller did.")]
    public static partial void CancelledCall(ILogger logger, Exception exception, string method);

    [LoggerMessage(3004, LogLevel.Warning,
        "Nobody has said who may call the training service, so only callers on this machine are answered. " +
        "Write app.MapOrcaTraining().AllowThisMachineOnly() where that is right, " +
        "and otherwise app.MapOrcaTraining().RequireAuthorization(policy).")]
    public static partial void NobodySaidWhoMayCall(ILogger logger);
}
