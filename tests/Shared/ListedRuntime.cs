using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Shared;

/// <summary>Passes everything on and counts how often its containers were listed: a sign that reconcile periods have passed.</summary>
internal sealed class ListedRuntime(IContainerRuntime inner) : IContainerRuntime, IDisposable
{
    private readonly SemaphoreSlim _listed = new(0);

    public RuntimeAbilities Abilities => inner.Abilities;

    /// <summary>Waits until they have been listed so many times more.</summary>
    public async Task ListedAsync(int times, CancellationToken cancellationToken)
    {
        while (_listed.Wait(0, cancellationToken))
        {
            // What was before does not count.
        }

        for (var i = 0; i < times; i++)
        {
            await _listed.WaitAsync(cancellationToken);
        }
    }

    public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => inner.DescribeAsync(cancellationToken);

    public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) => inner.StartAsync(spec, phases, cancellationToken);

    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken)
    {
        var containers = await inner.ListAsync(scope, cancellationToken);
        _listed.Release();
        return containers;
    }

    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) => inner.WatchAsync(scope, cancellationToken);

    public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        inner.ReadOutputAsync(attempt, rank, after, cancellationToken);

    public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) => inner.StopAsync(attempt, grace, cancellationToken);

    public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) => inner.RemoveAsync(attempt, cancellationToken);

    public void Dispose() => _listed.Dispose();
}
