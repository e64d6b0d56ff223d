using System.Collections.Concurrent;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>Keeps what became of every container that there ever was, also of those that are removed.</summary>
internal sealed class MachineLedger(FakeContainerRuntime runtime)
{
    private readonly ConcurrentDictionary<(AttemptName Attempt, string Incarnation), ContainerLife> _lives = new();

    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        await foreach (var seen in runtime.WatchAsync(new RuntimeScope("", default), cancellationToken))
        {
            Take(seen);
        }

        throw new InvalidOperationException("The fake runtime ended its hints, so that the ledger is not complete.");
    }

    public IReadOnlyList<ContainerLife> Of(InstallationId installation) => [.. _lives.Values.Where(l => l.Attempt.Installation == installation)];

    private void Take(ContainerObservation seen)
    {
        var key = (seen.Attempt, seen.Incarnation);
        var life = _lives.GetOrAdd(key, new ContainerLife(seen.Attempt, seen.Incarnation));
        _lives[key] = seen.State switch
        {
            ContainerState.Ended => life with { ExitCode = seen.ExitCode, OutOfMemory = seen.OutOfMemory },
            ContainerState.Removed => life with { IsRemoved = true },
            _ => life,
        };
    }
}
