using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Kubernetes.Ending;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Kubernetes.Output;
using Orca.Training.Kubernetes.Starting;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes;

/// <summary>A namespace of a cluster as a runtime. Each ability is a class of its own; this ties them to one connection.</summary>
internal sealed class KubernetesRuntime : IContainerRuntime, IDisposable
{
    private readonly ClusterConnection _cluster;
    private readonly ClusterDescription _description;
    private readonly AttemptStarter _starter;
    private readonly AttemptEnder _ender;
    private readonly PodListing _listing;
    private readonly PodWatch _watch;
    private readonly OutputReader _output;

    public KubernetesRuntime(string machine, KubernetesOptions options, TimeProvider time, ILogger log)
    {
        options = options.Copy();
        _cluster = ClusterConnection.Open(machine, options);
        var calls = new ClusterCalls(_cluster, options.CallTimeout, time);
        var stream = new PodStream(_cluster, calls, time);
        var pods = new AttemptPods(_cluster, calls, stream);
        _description = new ClusterDescription(_cluster, calls, options);
        _ender = new AttemptEnder(_cluster, calls, pods, machine, time, log);
        _starter = new AttemptStarter(_cluster, calls, pods, _ender, options, PodUser.Of(options), time, log);
        _listing = new PodListing(_cluster, calls, machine, time, log);
        _watch = new PodWatch(_cluster, calls, stream, options, machine, time, log);
        _output = new OutputReader(_cluster, calls, pods, machine, time, log);

        // A Job can have many ranks, but the container contract has no variables yet by which they would find each other.
        Abilities = new RuntimeAbilities(MaxRanks: 1, MountsFolders: options.HostPathMounts) { TellsOutputsApart = false, HasNetwork = true };
    }

    public RuntimeAbilities Abilities { get; }

    public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => _description.DescribeAsync(cancellationToken);

    public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) =>
        _starter.StartAsync(spec, phases, cancellationToken);

    public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        _listing.ListAsync(scope.Application, cancellationToken);

    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        _watch.WatchAsync(scope.Application, cancellationToken);

    public IAsyncEnumerable<OutputLine> ReadOutputAsync(
        AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        _output.ReadAsync(attempt, rank, after, cancellationToken);

    public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) =>
        _ender.StopAsync(attempt, grace, cancellationToken);

    public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) => _ender.RemoveAsync(attempt, cancellationToken);

    public void Dispose() => _cluster.Dispose();
}
