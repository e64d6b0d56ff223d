using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Hosting;

/// <summary>A runtime that sees no folder of the host.</summary>
internal sealed class FarRuntime : IContainerRuntime
{
    public RuntimeAbilities Abilities => new(MaxRanks: 1, MountsFolders: false);

    public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) => throw new NotSupportedException();
}
