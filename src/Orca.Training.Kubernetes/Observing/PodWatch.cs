using System.Runtime.CompilerServices;
using k8s;
using Microsoft.Extensions.Logging;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Observing;

/// <summary>
/// Hints: an application's pods as they are when it begins, and what happens to them from then on. A stream that ends in order is
/// followed by one that goes on where it ended; what breaks, or goes on too late, ends it all, so that the machine is listed.
/// </summary>
internal sealed class PodWatch(ClusterConnection cluster, ClusterCalls calls, PodStream stream, KubernetesOptions options, string machine, TimeProvider time, ILogger log)
{
    public async IAsyncEnumerable<ContainerObservation> WatchAsync(string application, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var selector = AttemptLabels.SelectorOf(application);
        var listed = await calls.AskAsync(
            "listing pods",
            token => cluster.Client.CoreV1.ListNamespacedPodAsync(cluster.Namespace, labelSelector: selector, cancellationToken: token),
            answers: null,
            cancellationToken);
        foreach (var pod in listed.Items)
        {
            if (Observe(new PodEvent(PodEventKind.Seen, pod)) is { } observation)
            {
                yield return observation;
            }
        }

        var position = listed.Metadata.ResourceVersion;
        while (true)
        {
            await using var events = stream.ReadAsync(selector, position, options.WatchLifetime, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MovesAsync(events) is { } goesOn)
            {
                if (!goesOn)
                {
                    yield break;
                }

                position = events.Current.Pod.Metadata.ResourceVersion;
                if (Observe(events.Current) is { } observation)
                {
                    yield return observation;
                }
            }
        }
    }

    /// <summary>True for an event, null when this stream has ended, false when nothing can follow it.</summary>
    private async ValueTask<bool?> MovesAsync(IAsyncEnumerator<PodEvent> events)
    {
        try
        {
            return await events.MoveNextAsync() ? true : null;
        }
        catch (WatchExpiredException)
        {
            log.WatchExpired(machine);
            return false;
        }
    }

    private ContainerObservation? Observe(PodEvent happened)
    {
        if (happened.Kind == PodEventKind.Bookmark)
        {
            return null;
        }

        if (!AttemptLabels.TryRead(happened.Pod.Metadata, out var attempt))
        {
            log.Unlabelled(machine, "pod", happened.Pod.Metadata.Name);
            return null;
        }

        var observation = PodState.Observe(happened.Pod, attempt, time.GetUtcNow());
        return happened.Kind == PodEventKind.Deleted ? observation with { State = ContainerState.Removed } : observation;
    }
}
