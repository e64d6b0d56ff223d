using k8s.Models;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Observing;

/// <summary>Reads a pod: where its one container stands, and how it ended. Pure.</summary>
internal static class PodState
{
    /// <summary>The name of the one container in each pod.</summary>
    public const string Container = "training";

    /// <summary>
    /// Keeps a pod's record, its exit code with it, after its end and after its deletion, whoever asked for that: until the attempt is
    /// removed, which is after its end is on record.
    /// </summary>
    public const string Finalizer = "orca.training/end-on-record";

    // A node that cannot find a container any more says so, and makes an exit code up.
    private const string LostEnd = "ContainerStatusUnknown";

    // The time of a deletion includes the grace, so a node that works has said that the pod ended soon after it.
    private static readonly TimeSpan NodeSilence = TimeSpan.FromSeconds(60);

    public static V1ContainerStatus? StatusOf(V1Pod pod) => pod.Status?.ContainerStatuses?.FirstOrDefault(c => c.Name == Container);

    /// <summary>Whether the pod is removed as far as we are concerned; Kubernetes may keep its record for a moment.</summary>
    public static bool IsRemoved(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null && pod.Metadata.Finalizers?.Contains(Finalizer) != true;

    /// <summary>Whether nothing of it runs, or ever will: a node starts nothing of a pod that is deleted.</summary>
    public static bool IsSettled(V1Pod pod, DateTimeOffset now) =>
        HasEnded(pod) || IsAbandoned(pod, now) || (pod.Metadata.DeletionTimestamp is not null && StatusOf(pod)?.State?.Running is null);

    public static bool HasEnded(V1Pod pod) => EndOf(pod) is not null || pod.Status?.Phase is "Failed" or "Succeeded";

    /// <summary>Whether it was deleted, and its node has not said in time that it ended: the node is gone, mostly.</summary>
    public static bool IsAbandoned(V1Pod pod, DateTimeOffset now) =>
        !HasEnded(pod) && pod.Metadata.DeletionTimestamp is { } deleted && now - new DateTimeOffset(deleted.ToUniversalTime(), TimeSpan.Zero) > NodeSilence;

    public static ContainerObservation Observe(V1Pod pod, Jobs.AttemptName attempt, DateTimeOffset now)
    {
        var observation = new ContainerObservation
        {
            Attempt = attempt,
            Rank = AttemptLabels.RankOf(pod.Metadata),
            Incarnation = pod.Metadata.Uid,
            State = StatusOf(pod)?.State?.Running is null ? ContainerState.Created : ContainerState.Running,
        };
        if (IsRemoved(pod))
        {
            return observation with { State = ContainerState.Removed };
        }

        if (IsAbandoned(pod, now))
        {
            return observation with { State = ContainerState.Ended, Detail = $"its node '{pod.Spec.NodeName}' went away with it" };
        }

        if (!HasEnded(pod))
        {
            return observation;
        }

        var end = EndOf(pod);
        return observation with
        {
            State = ContainerState.Ended,
            ExitCode = end?.Reason == LostEnd ? null : end?.ExitCode,
            OutOfMemory = end?.Reason == "OOMKilled",
            Detail = DetailOf(pod.Status, end),
            MemoryLimit = MemoryLimitOf(pod),
            Signal = WasAskedToEnd(pod, end) ? Signals.Terminate : null,
        };
    }

    /// <summary>
    /// Whether its node asked it to end: because somebody deleted the pod, the time of which includes the grace, or because the node put it out.
    /// Times are whole seconds, so that an end in the second of a deletion counts as asked for.
    /// </summary>
    private static bool WasAskedToEnd(V1Pod pod, V1ContainerStateTerminated? end)
    {
        if (pod.Status?.Reason is "Evicted" or "NodeShutdown" or "Shutdown" or "Terminated" or "Preempting" or "NodeAffinity" or "DeadlineExceeded")
        {
            return true;
        }

        return pod.Metadata.DeletionTimestamp is { } over && end?.FinishedAt is { } ended
            && ended.ToUniversalTime() >= over.ToUniversalTime().AddSeconds(-(pod.Metadata.DeletionGracePeriodSeconds ?? 0));
    }

    /// <summary>
    /// How its container ended. A pod's container is never started again, so an end that a node calls its last state, once it has cleared
    /// the container away, is the end.
    /// </summary>
    private static V1ContainerStateTerminated? EndOf(V1Pod pod) =>
        StatusOf(pod) is { } status ? status.State?.Terminated ?? status.LastState?.Terminated : null;

    private static long MemoryLimitOf(V1Pod pod) =>
        pod.Spec?.Containers?.FirstOrDefault()?.Resources?.Limits is { } limits && limits.TryGetValue("memory", out var memory) ? memory.ToInt64() : 0;

    /// <summary>What says more than the exit code: the pod's reason, such as Evicted, or what the container runtime could not do.</summary>
    private static string? DetailOf(V1PodStatus status, V1ContainerStateTerminated? end)
    {
        var words = (status.Reason, status.Message, end?.Reason, end?.Message) switch
        {
            ({ Length: > 0 } reason, { Length: > 0 } message, _, _) => $"{reason}: {message}",
            ({ Length: > 0 } reason, _, _, _) => reason,
            (_, _, not ("Completed" or "Error" or "OOMKilled") and { Length: > 0 } reason, { Length: > 0 } message) => $"{reason}: {message}",
            (_, _, _, { Length: > 0 } message) => message,
            _ => null,
        };
        return words is null ? null : ClusterRefusal.Shorten(words);
    }
}
