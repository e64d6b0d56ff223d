using System.Runtime.CompilerServices;
using k8s;
using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;

namespace Orca.Training.Kubernetes.Observing;

/// <summary>The pods of one attempt.</summary>
internal sealed class AttemptPods(ClusterConnection cluster, ClusterCalls calls, PodStream stream)
{
    /// <summary>All that there is of them, removed ones left out.</summary>
    public async Task<IReadOnlyList<V1Pod>> ListAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        var selector = AttemptLabels.SelectorOf(attempt);
        var listed = await calls.AskAsync(
            $"listing the pods of Job {AttemptLabels.JobOf(attempt)}",
            token => cluster.Client.CoreV1.ListNamespacedPodAsync(cluster.Namespace, labelSelector: selector, cancellationToken: token),
            answers: null,
            cancellationToken);
        return [.. listed.Items.Where(p => !PodState.IsRemoved(p))];
    }

    /// <summary>The pods as they are, again and again as they change, until the lifetime is over. It begins with what there is.</summary>
    public async IAsyncEnumerable<IReadOnlyCollection<V1Pod>> FollowAsync(
        AttemptName attempt, TimeSpan lifetime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pods = new Dictionary<string, V1Pod>(StringComparer.Ordinal);
        await foreach (var happened in stream.ReadAsync(AttemptLabels.SelectorOf(attempt), after: null, lifetime, cancellationToken))
        {
            if (happened.Kind == PodEventKind.Bookmark)
            {
                continue;
            }

            if (happened.Kind == PodEventKind.Deleted || PodState.IsRemoved(happened.Pod))
            {
                pods.Remove(happened.Pod.Metadata.Uid);
            }
            else
            {
                pods[happened.Pod.Metadata.Uid] = happened.Pod;
            }

            yield return pods.Values;
        }
    }

    /// <summary>A rank's pod. Older clusters make another when somebody deletes one; the first is the attempt's.</summary>
    public static V1Pod? OfRank(IEnumerable<V1Pod> pods, int rank) => pods
        .Where(p => AttemptLabels.RankOf(p.Metadata) == rank)
        .MinBy(p => (p.Metadata.CreationTimestamp, p.Metadata.Name));
}
