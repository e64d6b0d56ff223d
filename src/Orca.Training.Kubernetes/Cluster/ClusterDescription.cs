using System.Net;
using k8s;
using k8s.Models;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Kubernetes.Cluster;

/// <summary>What the cluster says of itself, and what the namespace has for trainings.</summary>
internal sealed class ClusterDescription(ClusterConnection cluster, ClusterCalls calls, KubernetesOptions options)
{
    // What the namespace allows, and what the nodes have: the first that a quota sets counts for each kind.
    private static readonly string[] CpuQuotas = ["limits.cpu", "requests.cpu", "cpu"];
    private static readonly string[] MemoryQuotas = ["limits.memory", "requests.memory", "memory"];

    public async Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken)
    {
        var version = await calls.AskAsync("reading its version", token => cluster.Client.Version.GetCodeAsync(token), answers: null, cancellationToken);
        await CheckNamespaceAsync(cancellationToken);
        await new Permissions(cluster, calls).CheckAsync(cancellationToken);
        var total = Least(await NodesAsync(cancellationToken), await QuotaAsync(cancellationToken));
        return new RuntimeInfo($"Kubernetes {version.GitVersion} at {cluster.Endpoint}, namespace '{cluster.Namespace}'", total);
    }

    /// <summary>Says that the namespace is missing, where the host may know.</summary>
    private async Task CheckNamespaceAsync(CancellationToken cancellationToken)
    {
        const string What = "reading the namespace";
        try
        {
            await calls.AskAsync(
                What,
                token => cluster.Client.CoreV1.ReadNamespaceAsync(cluster.Namespace, cancellationToken: token),
                static refusal => refusal.Code is HttpStatusCode.NotFound or HttpStatusCode.Forbidden,
                cancellationToken);
        }
        catch (ClusterRefusedException refused) when (refused.Refusal.Code == HttpStatusCode.NotFound)
        {
            throw calls.Unavailable(What, $"it does not exist; create it with 'kubectl create namespace {cluster.Namespace}', or set KubernetesOptions.Namespace", refused);
        }
        catch (ClusterRefusedException)
        {
            // It may not know; a missing namespace is then said by the first start.
        }
    }

    /// <summary>What the nodes that trainings may use have; null where the host may not know.</summary>
    private async Task<Resources?> NodesAsync(CancellationToken cancellationToken)
    {
        var selector = options.NodeSelector.Count == 0 ? null : string.Join(',', options.NodeSelector.Select(l => $"{l.Key}={l.Value}"));
        var nodes = await UnlessForbiddenAsync(
            "listing nodes", token => cluster.Client.CoreV1.ListNodeAsync(labelSelector: selector, cancellationToken: token), cancellationToken);
        if (nodes is null)
        {
            return null;
        }

        var total = default(Resources);
        foreach (var node in nodes.Items.Where(n => n.Spec.Unschedulable != true))
        {
            var has = node.Status.Allocatable;
            total += new Resources(AmountOf(has, "cpu") ?? 0, (long)(AmountOf(has, "memory") ?? 0), (int)(AmountOf(has, options.GpuResource) ?? 0));
        }

        return total;
    }

    private async Task<(double? Cpus, long? MemoryBytes, int? Gpus)> QuotaAsync(CancellationToken cancellationToken)
    {
        var quotas = await UnlessForbiddenAsync(
            "listing resource quotas",
            token => cluster.Client.CoreV1.ListNamespacedResourceQuotaAsync(cluster.Namespace, cancellationToken: token),
            cancellationToken);
        var hard = (quotas?.Items ?? []).Select(q => q.Spec.Hard).Where(h => h is not null).ToList();

        double? Tightest(params string[] names) => hard.Select(h => names.Select(n => AmountOf(h, n)).FirstOrDefault(a => a is not null)).Min();

        return (Tightest(CpuQuotas), (long?)Tightest(MemoryQuotas), (int?)Tightest($"requests.{options.GpuResource}"));
    }

    private Resources Least(Resources? nodes, (double? Cpus, long? MemoryBytes, int? Gpus) quota)
    {
        if (nodes is { } has)
        {
            return new Resources(
                Math.Min(has.Cpus, quota.Cpus ?? has.Cpus),
                Math.Min(has.MemoryBytes, quota.MemoryBytes ?? has.MemoryBytes),
                Math.Min(has.Gpus, quota.Gpus ?? has.Gpus));
        }

        return quota is { Cpus: { } cpus, MemoryBytes: { } memory }
            ? new Resources(cpus, memory, quota.Gpus ?? 0)
            : throw calls.Unavailable(
                "reading its resources",
                "the host may not list nodes, and the namespace has no ResourceQuota for CPU and memory that it may list. Allow one of the two, as docs/kubernetes.md shows");
    }

    private async Task<T?> UnlessForbiddenAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await calls.AskAsync(what, call, static refusal => refusal.Code == HttpStatusCode.Forbidden, cancellationToken);
        }
        catch (ClusterRefusedException)
        {
            return null;
        }
    }

    private static double? AmountOf(IDictionary<string, ResourceQuantity>? amounts, string name) =>
        amounts is not null && amounts.TryGetValue(name, out var amount) ? (double)amount.ToDecimal() : null;
}
