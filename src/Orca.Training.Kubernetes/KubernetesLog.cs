using Microsoft.Extensions.Logging;

namespace Orca.Training.Kubernetes;

/// <summary>The package's log messages; event ids 4000 to 4099.</summary>
internal static partial class KubernetesLog
{
    [LoggerMessage(4000, LogLevel.Information, "Adopted Job {KubernetesJob} of job {JobId}, attempt {Attempt}: it already existed")]
    public static partial void Adopted(this ILogger log, long jobId, int attempt, string kubernetesJob);

    [LoggerMessage(4001, LogLevel.Debug, "Machine {Machine} lists {Kind} {Name} as this application's, but its labels name no attempt; it is ignored")]
    public static partial void Unlabelled(this ILogger log, string machine, string kind, string name);

    [LoggerMessage(4002, LogLevel.Debug, "Machine {Machine} restarts its watch: the cluster no longer has the events since the last one")]
    public static partial void WatchExpired(this ILogger log, string machine);

    [LoggerMessage(4003, LogLevel.Warning, "Machine {Machine} lost the rest of the output of pod {Pod}: {Reason}")]
    public static partial void OutputGone(this ILogger log, string machine, string pod, string reason);

    [LoggerMessage(4004, LogLevel.Warning, "Machine {Machine} gave up pod {Pod}: its node has not reported its end for {Seconds} s")]
    public static partial void GaveUp(this ILogger log, string machine, string pod, double seconds);
}
