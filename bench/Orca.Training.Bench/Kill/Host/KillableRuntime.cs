using System.Runtime.CompilerServices;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>A runtime with a boundary before and after each call.</summary>
internal sealed class KillableRuntime(IContainerRuntime runtime, KillSwitch kills) : IContainerRuntime
{
    public RuntimeAbilities Abilities => runtime.Abilities;

    public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => BetweenAsync(Calls.Describe, () => runtime.DescribeAsync(cancellationToken));

    public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) =>
        BetweenAsync(Calls.Start, () => runtime.StartAsync(spec, phases, cancellationToken));

    public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        BetweenAsync(Calls.List, () => runtime.ListAsync(scope, cancellationToken));

    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken)
    {
        kills.Before(Calls.Watch);
        return PassAsync(Calls.Watch, runtime.WatchAsync(scope, cancellationToken), cancellationToken);
    }

    public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
    {
        kills.Before(Calls.ReadOutput);
        return PassAsync(Calls.ReadOutput, runtime.ReadOutputAsync(attempt, rank, after, cancellationToken), cancellationToken);
    }

    public Task FetchAsync(AttemptName attempt, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken) =>
        BetweenAsync(Calls.Fetch, () => runtime.FetchAsync(attempt, folders, cancellationToken));

    public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) =>
        BetweenAsync(Calls.Stop, () => runtime.StopAsync(attempt, grace, cancellationToken));

    public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) =>
        BetweenAsync(Calls.Remove, () => runtime.RemoveAsync(attempt, cancellationToken));

    private async IAsyncEnumerable<T> PassAsync<T>(string call, IAsyncEnumerable<T> stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isFirst = true;
        await foreach (var item in stream.WithCancellation(cancellationToken))
        {
            if (isFirst)
            {
                kills.After(call);
                isFirst = false;
            }

            yield return item;
        }
    }

    private async Task<T> BetweenAsync<T>(string call, Func<Task<T>> act)
    {
        kills.Before(call);
        var result = await act();
        kills.After(call);
        return result;
    }

    private async Task BetweenAsync(string call, Func<Task> act)
    {
        kills.Before(call);
        await act();
        kills.After(call);
    }
}
