using Microsoft.Extensions.Logging;

namespace Orca.Training.Docker;

/// <summary>The package's log messages; event ids 2000 to 2099.</summary>
internal static partial class DockerLog
{
    [LoggerMessage(2000, LogLevel.Information, "Adopted container {ContainerId} of job {JobId}, attempt {Attempt}: it already existed")]
    public static partial void Adopted(this ILogger log, long jobId, int attempt, string containerId);

    [LoggerMessage(2001, LogLevel.Warning, "The Docker Engine warned about container {ContainerId} of job {JobId}, attempt {Attempt}: {Warning}")]
    public static partial void EngineWarned(this ILogger log, long jobId, int attempt, string containerId, string warning);

    [LoggerMessage(2002, LogLevel.Warning, "Container {ContainerId} of job {JobId}, attempt {Attempt} did not start and could not be removed yet; the tracker will remove it")]
    public static partial void NotClearedAway(this ILogger log, long jobId, int attempt, string containerId, Exception exception);

    [LoggerMessage(2003, LogLevel.Information, "Machine {Machine} is pulling image {Image}")]
    public static partial void Pulling(this ILogger log, string machine, string image);

    [LoggerMessage(2004, LogLevel.Information, "Machine {Machine} pulled image {Image} in {DurationMs} ms")]
    public static partial void Pulled(this ILogger log, string machine, string image, long durationMs);

    [LoggerMessage(2005, LogLevel.Warning, "Machine {Machine} could not pull image {Image}: {Reason}")]
    public static partial void PullFailed(this ILogger log, string machine, string image, string reason);

    [LoggerMessage(2007, LogLevel.Warning, "Machine {Machine}: this host runs in a container, the engine at {Endpoint} outside of it, and DockerOptions.Delivery is Mount. This works only if the engine sees the data folder under the same path; otherwise set it to Copy")]
    public static partial void MountsFromOutside(this ILogger log, string machine, Uri endpoint);

    [LoggerMessage(2008, LogLevel.Warning, "Machine {Machine}: the connection to the engine at {Endpoint} has no TLS, so everyone who can reach it has root access there. Set DockerOptions.Tls")]
    public static partial void OpenToTheNetwork(this ILogger log, string machine, Uri endpoint);

    [LoggerMessage(2009, LogLevel.Warning, "Machine {Machine}: the engine at {Endpoint} maps the users of containers ({Option}), and this host may not be able to read or delete their files in mounted folders. Set DockerOptions.Delivery to Copy")]
    public static partial void MapsUsers(this ILogger log, string machine, Uri endpoint, string option);

    [LoggerMessage(2006, LogLevel.Debug, "Machine {Machine} lists container {ContainerId} as this application's, but its labels name no attempt; it is ignored")]
    public static partial void Unlabelled(this ILogger log, string machine, string containerId);

    [LoggerMessage(2010, LogLevel.Warning, "The engine reports no digest of image {Image}; its runs cannot be repeated exactly")]
    public static partial void DigestUnknown(this ILogger logger, Exception error, string image);
}
