using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Kubernetes.Observing;
using static System.FormattableString;

namespace Orca.Training.Kubernetes.Ending;

/// <summary>
/// Ends attempts. In Kubernetes a pod ends by being deleted, and its Job before it, which could make another. A finalizer keeps each pod's
/// record, with its exit code, until the attempt is removed.
/// </summary>
internal sealed class AttemptEnder(ClusterConnection cluster, ClusterCalls calls, AttemptPods pods, string machine, TimeProvider time, ILogger log)
{
    /// <summary>Removes our finalizer and no other from a list that others have entries in.</summary>
    private static readonly V1Patch WithoutFinalizer = new(
        $$$"""{"metadata":{"$deleteFromPrimitiveList/finalizers":["{{{PodState.Finalizer}}}"]}}""", V1Patch.PatchType.StrategicMergePatch);

    // A node needs a moment beside the grace to end a pod and to say so.
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(30);

    /// <summary>Asks the pods to end within a grace, and waits until they have.</summary>
    public async Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken)
    {
        foreach (var pod in await EndAsync(attempt, grace, cancellationToken))
        {
            // What never ran has no end that could be put on record.
            if (!PodState.HasEnded(pod) && !PodState.IsAbandoned(pod, time.GetUtcNow()))
            {
                await LetGoAsync(pod, cancellationToken);
            }
        }
    }

    /// <summary>Ends the pods if they still run, and lets their records go.</summary>
    public async Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        foreach (var pod in await EndAsync(attempt, TimeSpan.Zero, cancellationToken))
        {
            var now = time.GetUtcNow();
            if (PodState.IsAbandoned(pod, now))
            {
                log.GaveUp(machine, pod.Metadata.Name, (now - pod.Metadata.DeletionTimestamp!.Value.ToUniversalTime()).TotalSeconds);
            }

            // At once where its node has said all that it will; a pod that never ran is deleted already, and its node clears it away.
            if (PodState.HasEnded(pod) || PodState.IsAbandoned(pod, now))
            {
                await DeletePodAsync(pod, seconds: 0, cancellationToken);
            }

            await LetGoAsync(pod, cancellationToken);
        }
    }

    private Task LetGoAsync(V1Pod pod, CancellationToken cancellationToken) => calls.AskForAsync(
        $"letting pod {pod.Metadata.Name} go",
        token => cluster.Client.CoreV1.PatchNamespacedPodAsync(WithoutFinalizer, pod.Metadata.Name, cluster.Namespace, cancellationToken: token),
        cancellationToken);

    /// <summary>Asks the pods that still run to end, after taking their Job away, and waits until none runs.</summary>
    /// <returns>All of the attempt's pods, ended.</returns>
    private async Task<IReadOnlyCollection<V1Pod>> EndAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken)
    {
        // The Job first, or older clusters make another pod in place of one that is deleted; and without its pods, which would be given
        // the grace that they were made with: a node keeps to the first grace that it is told.
        var seconds = GraceSeconds.Of(grace);
        await DeleteJobAsync(attempt, cancellationToken);
        IReadOnlyCollection<V1Pod> found = await pods.ListAsync(attempt, cancellationToken);
        if (AllSettled(found))
        {
            return found;
        }

        await DeleteRunningAsync(found, seconds, cancellationToken);
        var limit = TimeSpan.FromSeconds(seconds) + NodePatience;
        await foreach (var state in pods.FollowAsync(attempt, limit, cancellationToken))
        {
            found = [.. state];
            if (AllSettled(found))
            {
                return found;
            }

            // One that was made at the same moment.
            await DeleteRunningAsync(found.Where(p => p.Metadata.DeletionTimestamp is null), seconds, cancellationToken);
        }

        // An attempt whose pods have all gone sends nothing at all.
        found = await pods.ListAsync(attempt, cancellationToken);
        return AllSettled(found)
            ? found
            : throw calls.Unavailable(
                $"ending the pods of Job {AttemptLabels.JobOf(attempt)}",
                Invariant($"the node of {found.First(p => !PodState.IsSettled(p, time.GetUtcNow())).Metadata.Name} has not reported within {limit.TotalSeconds:0} s that they ended; does the node work?"));
    }

    private async Task DeleteRunningAsync(IEnumerable<V1Pod> found, long seconds, CancellationToken cancellationToken)
    {
        foreach (var pod in found.Where(p => !PodState.IsSettled(p, time.GetUtcNow())))
        {
            await DeletePodAsync(pod, seconds, cancellationToken);
        }
    }

    private bool AllSettled(IReadOnlyCollection<V1Pod> found) => found.All(p => PodState.IsSettled(p, time.GetUtcNow()));

    private Task DeletePodAsync(V1Pod pod, long seconds, CancellationToken cancellationToken) => calls.AskForAsync(
        $"deleting pod {pod.Metadata.Name}",
        token => cluster.Client.CoreV1.DeleteNamespacedPodAsync(pod.Metadata.Name, cluster.Namespace, gracePeriodSeconds: (int)seconds, cancellationToken: token),
        cancellationToken);

    private Task DeleteJobAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        var name = AttemptLabels.JobOf(attempt);
        return calls.AskForAsync(
            $"deleting Job {name}",
            token => cluster.Client.BatchV1.DeleteNamespacedJobAsync(name, cluster.Namespace, propagationPolicy: "Orphan", cancellationToken: token),
            cancellationToken);
    }
}
