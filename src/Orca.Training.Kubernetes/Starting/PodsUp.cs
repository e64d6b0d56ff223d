using k8s;
using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Starting;

/// <summary>
/// Waits until each rank's pod of a new Job runs, or one says why it does not. By a stream of what happens to the pods; while that is
/// silent, the cluster's events are read too, since a pod that is never made says nothing.
/// </summary>
internal sealed class PodsUp(ClusterConnection cluster, ClusterCalls calls, AttemptPods pods, KubernetesOptions options, TimeProvider time)
{
    // How long a pod may be silent before the cluster's events are asked about it, and how often then.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    public async Task<StartResult> WaitAsync(AttemptSpec spec, V1Job job, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        // The launch as a whole is bounded by who asks for it.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IReadOnlyCollection<V1Pod> seen = [];
        long? unplacedSince = null;
        while (true)
        {
            var changes = pods.FollowAsync(spec.Name, options.WatchLifetime, end.Token).GetAsyncEnumerator(end.Token);
            var next = changes.MoveNextAsync().AsTask();
            try
            {
                while (true)
                {
                    if (!await ComesInTimeAsync(next, cancellationToken))
                    {
                        var news = await EventsAsync(job, seen, cancellationToken);
                        if (news is LaunchState.Refused refused)
                        {
                            return refused.Result;
                        }

                        phases.Report(((LaunchState.Busy)news).Phase);
                    }
                    else if (await next)
                    {
                        seen = [.. changes.Current];
                        next = changes.MoveNextAsync().AsTask();
                    }
                    else
                    {
                        break;
                    }

                    switch (Judge(spec, seen))
                    {
                        case LaunchState.Done:
                            return new StartResult.Started(Incarnations(spec, seen)!) { ImageDigest = DigestOf(seen) };
                        case LaunchState.Refused refused:
                            return refused.Result;
                        case LaunchState.NoRoom { Reason: var reason }:
                            unplacedSince ??= time.GetTimestamp();
                            if (time.GetElapsedTime(unplacedSince.Value) >= options.SchedulingPatience)
                            {
                                return new StartResult.Deferred($"No node has capacity for it now ({reason}).");
                            }

                            phases.Report(new LaunchPhase(LaunchStep.Starting, Detail: $"waiting for a node: {reason}"));
                            break;
                        default:
                            unplacedSince = null;
                            break;
                    }
                }
            }
            finally
            {
                // A reader cannot be let go while it is asked for more.
                if (!next.IsCompleted)
                {
                    await end.CancelAsync();
                    await Task.WhenAny(next);
                }

                await changes.DisposeAsync();
            }
        }
    }

    /// <summary>What the node's runtime knows the image of rank 0 by.</summary>
    public static string? DigestOf(IReadOnlyCollection<V1Pod> pods) =>
        AttemptPods.OfRank(pods, 0)?.Status?.ContainerStatuses is [{ ImageID.Length: > 0 } container, ..] ? WithoutScheme(container.ImageID) : null;

    // Some runtimes say docker-pullable://name@digest; no pod could be made of that.
    private static string WithoutScheme(string image) => image[(image.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0)..];

    /// <summary>The id of each rank's pod; null while one is missing.</summary>
    public static IReadOnlyList<string>? Incarnations(AttemptSpec spec, IReadOnlyCollection<V1Pod> pods)
    {
        var ids = Enumerable.Range(0, spec.Ranks).Select(r => AttemptPods.OfRank(pods, r)?.Metadata.Uid).OfType<string>().ToList();
        return ids.Count == spec.Ranks ? ids : null;
    }

    /// <summary>The worst that any rank says; done when all are.</summary>
    private static LaunchState Judge(AttemptSpec spec, IReadOnlyCollection<V1Pod> pods)
    {
        LaunchState worst = LaunchState.Started;
        for (var rank = 0; rank < spec.Ranks; rank++)
        {
            var state = AttemptPods.OfRank(pods, rank) is { } pod ? PodLaunch.Of(pod, spec) : LaunchState.Waiting;
            switch (state)
            {
                case LaunchState.Refused:
                    return state;
                case LaunchState.NoRoom:
                    worst = state;
                    break;
                case LaunchState.Busy when worst is LaunchState.Done:
                    worst = state;
                    break;
                default:
                    break;
            }
        }

        return worst;
    }

    private async ValueTask<bool> ComesInTimeAsync(Task next, CancellationToken cancellationToken)
    {
        if (next.IsCompleted)
        {
            return true;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(next, Task.Delay(Silence, time, waiting.Token));
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == next;
    }

    /// <summary>What the cluster's events say of the Job, or of its pods where there are any.</summary>
    private async Task<LaunchState> EventsAsync(V1Job job, IReadOnlyCollection<V1Pod> pods, CancellationToken cancellationToken)
    {
        var latest = LaunchState.Waiting;
        foreach (var uid in pods.Count == 0 ? [job.Metadata.Uid] : pods.Select(p => p.Metadata.Uid))
        {
            var events = await calls.AskAsync(
                "listing events",
                token => cluster.Client.CoreV1.ListNamespacedEventAsync(cluster.Namespace, fieldSelector: $"involvedObject.uid={uid}", cancellationToken: token),
                answers: null,
                cancellationToken);
            foreach (var happened in events.Items.OrderBy(e => e.LastTimestamp ?? e.EventTime))
            {
                latest = PodLaunch.OfEvent(happened.Reason ?? "", happened.Message ?? "");
                if (latest is LaunchState.Refused)
                {
                    return latest;
                }
            }
        }

        return latest;
    }
}
