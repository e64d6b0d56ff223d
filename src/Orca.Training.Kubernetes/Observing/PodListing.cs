using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Observing;

/// <summary>
/// The truth: what the namespace has of an application. Jobs are listed too, since one whose pods the cluster does not make yet, for
/// lack of quota perhaps, would be found by nobody otherwise.
/// </summary>
internal sealed class PodListing(ClusterConnection cluster, ClusterCalls calls, string machine, TimeProvider time, ILogger log)
{
    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(string application, CancellationToken cancellationToken)
    {
        var selector = AttemptLabels.SelectorOf(application);

        // Jobs first: a pod that is made in between is then seen, and its Job is not taken for one without.
        var jobs = await calls.AskAsync(
            "listing Jobs",
            token => cluster.Client.BatchV1.ListNamespacedJobAsync(cluster.Namespace, labelSelector: selector, cancellationToken: token),
            answers: null,
            cancellationToken);
        var pods = await calls.AskAsync(
            "listing pods",
            token => cluster.Client.CoreV1.ListNamespacedPodAsync(cluster.Namespace, labelSelector: selector, cancellationToken: token),
            answers: null,
            cancellationToken);

        var found = new List<ContainerObservation>();
        var withPods = new HashSet<AttemptName>();
        var now = time.GetUtcNow();
        foreach (var pod in pods.Items.Where(p => !PodState.IsRemoved(p)))
        {
            if (TryRead("pod", pod.Metadata, out var attempt))
            {
                withPods.Add(attempt);
                found.Add(PodState.Observe(pod, attempt, now));
            }
        }

        foreach (var job in jobs.Items.Where(j => j.Metadata.DeletionTimestamp is null))
        {
            if (TryRead("Job", job.Metadata, out var attempt) && !withPods.Contains(attempt))
            {
                found.Add(new ContainerObservation { Attempt = attempt, Rank = 0, Incarnation = job.Metadata.Uid, State = ContainerState.Created });
            }
        }

        return found;
    }

    private bool TryRead(string kind, V1ObjectMeta metadata, out AttemptName attempt)
    {
        var isOurs = AttemptLabels.TryRead(metadata, out attempt);
        if (!isOurs)
        {
            log.Unlabelled(machine, kind, metadata.Name);
        }

        return isOurs;
    }
}
