using Microsoft.Extensions.Logging;

namespace Orca.Training.Kubernetes;

/// <summary>The package's log messages; event ids 4000 to 4099.</summary>
internal static partial class KubernetesLog
{
    [LoggerMessage(4000, LogLevel.Information, "Adopted Job {KubernetesJob} of job {JobId}, attempt {Attempt}: it existed already")]
    public static partial void Adopted(this ILogger log, long jobId, int attempt, string kubernetesJob);

    [LoggerMessage(4001, LogLevel.Debug, "Machine {Machine} lists {Kind} {Name} as this application's, but its labels name no attempt; it is left alone")]
    public static partial void Unlabelled(this ILogger log, string machine, string kind, string name);

    [LoggerMessage(4002, LogLevel.Debug, "Machine {Machine} begins its watch anew: the cluster no longer keeps what happened since the last one")]
    public static partial void WatchExpired(this ILogger log, string machine);

    [LoggerMessage(4003, LogLevel.Warning, "Machine {Machine} lost the rest of the output of pod {Pod}: {Reason}")]
    public static partial void OutputGone(this ILogger log, string machine, string pod, string reason);

    [LoggerMessage(4004, LogLevel.Warning, "Machine {Machine} gave up pod {Pod}: its node has not said for {Seconds} s that it ended")]
    public static partial void GaveUp(this ILogger log, string machine, string pod, double seconds);
}
