using Microsoft.Extensions.Logging;

namespace Orca.Training.Docker;

/// <summary>The package's log messages; event ids 2000 to 2099.</summary>
internal static partial class DockerLog
{
    [LoggerMessage(2000, LogLevel.Information, "Adopted container {ContainerId} of job {JobId}, attempt {Attempt}: it existed already")]
    public static partial void Adopted(this ILogger log, long jobId, int attempt, string containerId);

    [LoggerMessage(2001, LogLevel.Warning, "The Docker Engine warned about container {ContainerId} of job {JobId}, attempt {Attempt}: {Warning}")]
    public static partial void EngineWarned(this ILogger log, long jobId, int attempt, string containerId, string warning);

    [LoggerMessage(2002, LogLevel.Warning, "Container {ContainerId} of job {JobId}, attempt {Attempt} did not start and could not be removed yet; the tracker removes it")]
    public static partial void NotClearedAway(this ILogger log, long jobId, int attempt, string containerId, Exception exception);

    [LoggerMessage(2003, LogLevel.Information, "Machine {Machine} pulls image {Image}")]
    public static partial void Pulling(this ILogger log, string machine, string image);

    [LoggerMessage(2004, LogLevel.Information, "Machine {Machine} pulled image {Image} in {DurationMs} ms")]
    public static partial void Pulled(this ILogger log, string machine, string image, long durationMs);

    [LoggerMessage(2005, LogLevel.Warning, "Machine {Machine} could not pull image {Image}: {Reason}")]
    public static partial void PullFailed(this ILogger log, string machine, string image, string reason);

    [LoggerMessage(2007, LogLevel.Warning, "Machine {Machine}: this host runs in a container and the engine at {Endpoint} outside of it, yet DockerOptions.Delivery is Mount: that works only if the engine sees the data folder under the same path; otherwise set it to Copy")]
    public static partial void MountsFromOutside(this ILogger log, string machine, Uri endpoint);

    [LoggerMessage(2008, LogLevel.Warning, "Machine {Machine}: the engine at {Endpoint} is spoken to across the network without TLS, so whoever reaches it can do there what root can; set DockerOptions.Tls")]
    public static partial void OpenToTheNetwork(this ILogger log, string machine, Uri endpoint);

    [LoggerMessage(2009, LogLevel.Warning, "Machine {Machine}: the engine at {Endpoint} gives containers users of its own ({Option}), whose files in mounted folders this host may neither read nor delete; set DockerOptions.Delivery to Copy")]
    public static partial void MapsUsers(this ILogger log, string machine, Uri endpoint, string option);

    [LoggerMessage(2006, LogLevel.Debug, "Machine {Machine} lists container {ContainerId} as this application's, but its labels name no attempt; it is left alone")]
    public static partial void Unlabelled(this ILogger log, string machine, string containerId);

    [LoggerMessage(2010, LogLevel.Warning, "The engine does not say what the image {Image} is known by; its runs cannot be repeated exactly")]
    public static partial void DigestUnknown(this ILogger logger, Exception error, string image);
}
