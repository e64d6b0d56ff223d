using System.Net;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Kubernetes.Ending;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Starting;

/// <summary>
/// Makes an attempt's Job, or finds that it exists, and follows its pods until they run or say why they don't. Whatever was done
/// before, by this host or by one that died half-way, the same call ends in the same pods: the namespace lets one Job have the
/// attempt's name.
/// </summary>
internal sealed class AttemptStarter(
    ClusterConnection cluster, ClusterCalls calls, AttemptPods pods, AttemptEnder ender, KubernetesOptions options, PodUser user, TimeProvider time, ILogger log)
{
    public async Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        if (spec.Mounts.Count > 0 && !options.HostPathMounts)
        {
            return Failed(OutcomeCode.InvalidSpec, "The pod's node does not see this host's folders (KubernetesOptions.HostPathMounts is off), and the data of the job is in such a folder.");
        }

        if (spec.Registry is not null && options.ImagePullSecrets.Count == 0)
        {
            return Failed(OutcomeCode.InvalidSpec, $"The registry of the image '{spec.Image}' requires credentials, which nodes read from Secrets of the namespace: set one in KubernetesOptions.ImagePullSecrets.");
        }

        phases.Report(new LaunchPhase(LaunchStep.Starting));

        // A stop takes the Job away and leaves the pods' records: they are the attempt's, and nothing is to be run again.
        if (await pods.ListAsync(spec.Name, cancellationToken) is { Count: > 0 } there && there.All(PodState.HasEnded)
            && PodsUp.Incarnations(spec, there) is { } ended)
        {
            log.Adopted(spec.Name.Attempt.Job.Value, spec.Name.Attempt.Number, AttemptLabels.JobOf(spec.Name));
            return new StartResult.Started(ended);
        }

        WrittenFolders.GiveTo(spec.Mounts, new ArchiveOwner((int)user.User, (int)user.Group));
        var (job, refusal) = await MakeAsync(spec, cancellationToken);
        if (job is null)
        {
            return refusal!;
        }

        var result = await new PodsUp(cluster, calls, pods, options, time).WaitAsync(spec, job, phases, cancellationToken);
        if (result is not StartResult.Started)
        {
            // Or the cluster would start it later, by itself and unasked. If this fails, nothing is known, and the start is asked again.
            await ender.RemoveAsync(spec.Name, cancellationToken);
        }

        return result;
    }

    private async Task<(V1Job? Job, StartResult? Refusal)> MakeAsync(AttemptSpec spec, CancellationToken cancellationToken)
    {
        var what = $"making Job {AttemptLabels.JobOf(spec.Name)}";
        try
        {
            var wanted = JobSpec.Of(spec, options, user);
            return (await calls.AskAsync(what, token => cluster.Client.BatchV1.CreateNamespacedJobAsync(wanted, cluster.Namespace, cancellationToken: token), IsAboutTheJob, cancellationToken), null);
        }
        catch (ClusterRefusedException refused) when (refused.Refusal.Code == HttpStatusCode.Conflict)
        {
            return await AdoptAsync(spec, what, cancellationToken);
        }
        catch (ClusterRefusedException refused)
        {
            return (null, RefusalOf(refused.Refusal));
        }
    }

    private async Task<(V1Job? Job, StartResult? Refusal)> AdoptAsync(AttemptSpec spec, string what, CancellationToken cancellationToken)
    {
        var name = AttemptLabels.JobOf(spec.Name);
        var existing = await calls.AskForAsync(
            $"reading Job {name}",
            token => cluster.Client.BatchV1.ReadNamespacedJobAsync(name, cluster.Namespace, cancellationToken: token),
            cancellationToken) ?? throw calls.Unavailable(what, "its name is in use, but there is no such Job; does another program create and remove Jobs?");
        if (!AttemptLabels.TryRead(existing.Metadata, out var owner) || owner != spec.Name)
        {
            return (null, Failed(OutcomeCode.LaunchFailed, $"A Job named '{name}' exists in the namespace '{cluster.Namespace}' and does not belong to this job; remove it."));
        }

        if (existing.Metadata.DeletionTimestamp is not null && (await pods.ListAsync(spec.Name, cancellationToken)).Count == 0)
        {
            throw calls.Unavailable(what, "a Job with that name is being removed");
        }

        log.Adopted(spec.Name.Attempt.Job.Value, spec.Name.Attempt.Number, name);
        return (existing, null);
    }

    /// <summary>Whether the answer speaks of this Job, rather than of a cluster in trouble, or of one that does not let us in.</summary>
    private static bool IsAboutTheJob(ClusterRefusal refusal) =>
        refusal.Code is HttpStatusCode.Conflict or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotFound
        || refusal.Code == HttpStatusCode.Forbidden;

    private StartResult RefusalOf(ClusterRefusal refusal) => refusal switch
    {
        { IsQuota: true } => new StartResult.Deferred($"The quota of the namespace has no capacity for another Job now ({refusal.Message})."),
        { Code: HttpStatusCode.NotFound } => Failed(OutcomeCode.LaunchFailed, $"The namespace '{cluster.Namespace}' does not exist in the cluster ({refusal.Message})."),
        { Code: HttpStatusCode.Forbidden } => Failed(OutcomeCode.LaunchFailed, $"The cluster does not allow this host to create the Job ({refusal.Message})."),
        _ => Failed(OutcomeCode.InvalidSpec, $"The cluster refuses a setting of the job or its algorithm ({refusal.Message})."),
    };

    private static StartResult.Failed Failed(OutcomeCode code, string message) => new(new Outcome(code, message));
}
