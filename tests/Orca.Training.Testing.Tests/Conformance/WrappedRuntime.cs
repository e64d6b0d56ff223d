using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>Passes everything on; a broken runtime overrides the one thing that it does wrong.</summary>
internal abstract class WrappedRuntime(IContainerRuntime inner) : IContainerRuntime
{
    public virtual RuntimeAbilities Abilities => Inner.Abilities;

    protected IContainerRuntime Inner { get; } = inner;

    public virtual Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => Inner.DescribeAsync(cancellationToken);

    public virtual Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) =>
        Inner.StartAsync(spec, phases, cancellationToken);

    public virtual async Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        [.. (await Inner.ListAsync(scope, cancellationToken)).Select(See).OfType<ContainerObservation>()];

    public virtual IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        Inner.WatchAsync(scope, cancellationToken).Select(See).OfType<ContainerObservation>();

    public virtual IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        Inner.ReadOutputAsync(attempt, rank, after, cancellationToken);

    public virtual Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) =>
        Inner.StopAsync(attempt, grace, cancellationToken);

    public virtual Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) => Inner.RemoveAsync(attempt, cancellationToken);

    /// <summary>What becomes of an observation on its way; null hides it.</summary>
    protected virtual ContainerObservation? See(ContainerObservation observation) => observation;
}
