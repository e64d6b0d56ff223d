using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Tracking;

/// <summary>A runtime of somebody's own, one of whose calls throws, or answers with nothing.</summary>
internal sealed class ThrowingRuntime(IContainerRuntime inner, string call, bool answersNothing) : IContainerRuntime
{
    public RuntimeAbilities Abilities => inner.Abilities;

    public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) =>
        Fails("Describe") ? Nothing<RuntimeInfo>() : inner.DescribeAsync(cancellationToken);

    public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        if (call == "Report")
        {
            phases.Report(null!);
        }

        return call == "Ids" ? Task.FromResult<StartResult>(new StartResult.Started([]))
            : call == "Outcome" ? Task.FromResult<StartResult>(new StartResult.Failed(null!))
            : Fails("Start") ? Nothing<StartResult>() : inner.StartAsync(spec, phases, cancellationToken);
    }

    public void Recall(AttemptName attempt, IReadOnlyList<string> incarnations)
    {
        _ = Fails("Recall");
        inner.Recall(attempt, incarnations);
    }

    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        call == "Containers" ? [null!]
        : Fails("List") ? null!
        : await inner.ListAsync(scope, cancellationToken);

    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        call == "Hints" ? new ContainerObservation[] { null! }.ToAsyncEnumerable()
        : Fails("Watch") ? null!
        : inner.WatchAsync(scope, cancellationToken);

    public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        Fails("ReadOutput") ? null! : inner.ReadOutputAsync(attempt, rank, after, cancellationToken);

    public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) =>
        Fails("Stop") ? null! : inner.StopAsync(attempt, grace, cancellationToken);

    public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) =>
        Fails("Remove") ? null! : inner.RemoveAsync(attempt, cancellationToken);

    private bool Fails(string made) => made == call && (answersNothing ? true : throw new InvalidOperationException("a bug of the host"));

    // Half of them give no task at all, half one of nothing.
    private static Task<T> Nothing<T>() => Task.FromResult<T>(default!);
}
