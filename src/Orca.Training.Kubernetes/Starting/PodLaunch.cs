using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Machines;
using Orca.Training.Text;

namespace Orca.Training.Kubernetes.Starting;

/// <summary>What a pod that is to start says of its start. Pure.</summary>
internal static class PodLaunch
{
    private static readonly string[] NotFound = ["not found", "manifest unknown", "does not exist", "repository name not known", "name unknown"];

    public static LaunchState Of(V1Pod pod, AttemptSpec spec)
    {
        var state = PodState.StatusOf(pod)?.State;
        if (state?.Running is not null)
        {
            return LaunchState.Started;
        }

        if (state?.Terminated is { } end)
        {
            return OfEnd(end, spec);
        }

        if (pod.Status?.Phase == "Failed")
        {
            return OfRejection(pod.Status);
        }

        if (state?.Waiting is { Reason: { Length: > 0 } reason } waiting)
        {
            return OfWaiting(reason, ClusterRefusal.Shorten(waiting.Message ?? reason), spec);
        }

        var scheduled = pod.Status?.Conditions?.FirstOrDefault(c => c.Type == "PodScheduled");
        return scheduled is { Status: "False", Reason: "Unschedulable" }
            ? new LaunchState.NoRoom(ClusterRefusal.Shorten(scheduled.Message ?? "no node has room"))
            : LaunchState.Waiting;
    }

    /// <summary>What the cluster says of a Job or pod that does not come up, in an event of its own.</summary>
    public static LaunchState OfEvent(string reason, string message) => reason switch
    {
        "FailedCreate" when message.Contains("exceeded quota", StringComparison.Ordinal) => new LaunchState.Refused(
            new StartResult.Deferred($"The quota of the namespace has no capacity for it now ({ClusterRefusal.Shorten(message)}).")),
        "FailedCreate" => Failed(OutcomeCode.InvalidSpec, $"The cluster does not allow the pod to be created ({ClusterRefusal.Shorten(message)})."),
        "FailedMount" => Failed(OutcomeCode.InvalidSpec, $"A folder of the container is missing on the node or cannot be mounted ({ClusterRefusal.Shorten(HostPaths.Without(message))})."),
        "Pulling" => new LaunchState.Busy(new LaunchPhase(LaunchStep.PullingImage)),
        _ => LaunchState.Waiting,
    };

    private static LaunchState OfEnd(V1ContainerStateTerminated end, AttemptSpec spec) => end.Reason is "ContainerCannotRun" or "StartError"
        ? Failed(
            OutcomeCode.InvalidSpec,
            $"The command {(spec.Command.Count == 0 ? "of the image" : $"'{spec.Command[0]}'")} cannot be run in the image '{spec.Image}' ({ClusterRefusal.Shorten(end.Message ?? end.Reason)}).")
        : LaunchState.Started;

    /// <summary>Ended without a container: the node would not have it, or put it out before it began.</summary>
    private static LaunchState OfRejection(V1PodStatus status) => status.Reason is { } reason
        && (reason.StartsWith("OutOf", StringComparison.Ordinal) || reason is "Evicted" or "UnexpectedAdmissionError")
            ? new LaunchState.Refused(new StartResult.Deferred($"The node had no capacity for it after all ({ClusterRefusal.Shorten(status.Message ?? reason)})."))
            : Failed(OutcomeCode.LaunchFailed, $"The node refused the pod ({ClusterRefusal.Shorten(status.Message ?? status.Reason ?? "without a reason")}).");

    private static LaunchState OfWaiting(string reason, string message, AttemptSpec spec) => reason switch
    {
        "ErrImageNeverPull" => Failed(
            OutcomeCode.ImageNotFound,
            $"The image '{spec.Image}' is not on the node and is never pulled (Pull of its algorithm, or of the machine, is Never). Load it there, or check the name."),
        "InvalidImageName" => Failed(OutcomeCode.InvalidSpec, $"'{spec.Image}' is not the name of an image ({message})."),
        "ErrImagePull" or "ImagePullBackOff" when ForeignImages.AreMeantBy(message) =>
            Failed(OutcomeCode.ImageNotFound, ForeignImages.Sentence(spec.Image, message)),
        "ErrImagePull" or "ImagePullBackOff" or "RegistryUnavailable" or "ImageInspectError" =>
            Array.Exists(NotFound, w => message.Contains(w, StringComparison.OrdinalIgnoreCase))
                ? Failed(OutcomeCode.ImageNotFound, $"The image '{spec.Image}' does not exist, or the node is not allowed to pull it ({message}).")
                : Failed(OutcomeCode.ImagePullFailed, $"The image '{spec.Image}' could not be pulled ({message})."),
        "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" =>
            Failed(OutcomeCode.LaunchFailed, $"The container could not be set up ({message})."),
        _ => LaunchState.Waiting,
    };

    private static LaunchState.Refused Failed(OutcomeCode code, string message) => new(new StartResult.Failed(new Outcome(code, message)));
}

/// <summary>Where the start of a pod stands.</summary>
internal abstract record LaunchState
{
    /// <summary>It runs, or ran.</summary>
    public static readonly LaunchState Started = new Done();

    /// <summary>Nothing to say yet.</summary>
    public static readonly LaunchState Waiting = new Busy(new LaunchPhase(LaunchStep.Starting));

    public sealed record Done : LaunchState;

    /// <summary>It is under way.</summary>
    public sealed record Busy(LaunchPhase Phase) : LaunchState;

    /// <summary>No node has room for it now.</summary>
    public sealed record NoRoom(string Reason) : LaunchState;

    /// <summary>It will not start, or not now: the answer to the start.</summary>
    public sealed record Refused(StartResult Result) : LaunchState;
}
