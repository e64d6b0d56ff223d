using System.Collections.Concurrent;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>Runtimes with one mistake each, of the kind that is easily made. The suite must find every one.</summary>
internal static class BrokenRuntimes
{
    public sealed class LosesTheExitCode(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        protected override ContainerObservation See(ContainerObservation observation) => observation with { ExitCode = observation.ExitCode is null ? null : 0 };
    }

    public sealed class ForgetsWhatItStartedWhenTheHostRestarts(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        private readonly ConcurrentDictionary<AttemptName, bool> _started = new();

        public override Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
        {
            _started[spec.Name] = true;
            return base.StartAsync(spec, phases, cancellationToken);
        }

        protected override ContainerObservation? See(ContainerObservation observation) => _started.ContainsKey(observation.Attempt) ? observation : null;
    }

    public sealed class StartsAnewWhatExists(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override async Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
        {
            await Inner.RemoveAsync(spec.Name, cancellationToken);
            return await base.StartAsync(spec, phases, cancellationToken);
        }
    }

    public sealed class DropsStandardError(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.ReadOutputAsync(attempt, rank, after, cancellationToken).Where(l => l.Stream != OutputStream.Error);
    }

    public sealed class MixesTheOutputs(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.ReadOutputAsync(attempt, rank, after, cancellationToken).Select(l => l with { Stream = OutputStream.Standard });
    }

    public sealed class CountsRanksFromOne(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        protected override ContainerObservation See(ContainerObservation observation) => observation with { Rank = observation.Rank + 1 };
    }

    public sealed class KillsAtOnce(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        private readonly ConcurrentDictionary<AttemptName, bool> _killed = new();

        public override Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken)
        {
            _killed[attempt] = true;
            return base.StopAsync(attempt, TimeSpan.Zero, cancellationToken);
        }

        protected override ContainerObservation See(ContainerObservation observation) =>
            observation is { State: ContainerState.Ended, ExitCode: not 0 } && _killed.ContainsKey(observation.Attempt) ? observation with { ExitCode = 137 } : observation;
    }

    public sealed class WaitsForEverForTheEnd(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) =>
            base.StopAsync(attempt, TimeSpan.FromDays(1), cancellationToken);
    }

    public sealed class StopsWithoutWaiting(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken)
        {
            // Given to nobody: what it becomes is seen on the list, later.
            _ = base.StopAsync(attempt, grace + TimeSpan.FromSeconds(5), CancellationToken.None);
            return Task.CompletedTask;
        }
    }

    public sealed class TakesAMissingImageForNoRoom(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override async Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) =>
            await base.StartAsync(spec, phases, cancellationToken) is StartResult.Failed failed
                ? new StartResult.Deferred(failed.Outcome.Message)
                : await base.StartAsync(spec, phases, cancellationToken);
    }

    public sealed class ReadsFromTheBeginning(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.ReadOutputAsync(attempt, rank, default, cancellationToken);
    }

    public sealed class SkipsALineAtAPosition(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.ReadOutputAsync(attempt, rank, after, cancellationToken).Skip(after == default ? 0 : 1);
    }

    public sealed class ReadsOnlyWhatIsThere(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            base.ReadOutputAsync(attempt, rank, after, cancellationToken).Take(1);
    }

    public sealed class ListsEverybodysContainers(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        private readonly ConcurrentDictionary<string, bool> _applications = new();

        public override Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
        {
            _applications[spec.Application] = true;
            return base.StartAsync(spec, phases, cancellationToken);
        }

        public override async Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken)
        {
            var all = await Task.WhenAll(_applications.Keys.Select(a => base.ListAsync(scope with { Application = a }, cancellationToken)));
            return [.. all.SelectMany(l => l)];
        }
    }

    public sealed class HidesOtherInstallations(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override async Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
            [.. (await base.ListAsync(scope, cancellationToken)).Where(o => o.Attempt.Installation == scope.Installation)];
    }

    public sealed class TakesEveryKillForMemory(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        protected override ContainerObservation See(ContainerObservation observation) => observation with { OutOfMemory = observation.ExitCode == 137 };
    }

    public sealed class ExpandsVariables(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        public override Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) => base.StartAsync(
            spec with { Environment = spec.Environment.ToDictionary(v => v.Key, v => v.Value.Replace("$$", "$", StringComparison.Ordinal)) }, phases, cancellationToken);
    }

    public sealed class NeverTellsOfARemoval(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        protected override ContainerObservation? See(ContainerObservation observation) => observation.State == ContainerState.Removed ? null : observation;
    }

    public sealed class RemovesOnlyWhatHasEnded(IContainerRuntime inner) : WrappedRuntime(inner)
    {
        private readonly ConcurrentDictionary<AttemptName, bool> _ended = new();

        public override Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) =>
            _ended.ContainsKey(attempt) ? base.RemoveAsync(attempt, cancellationToken) : Task.CompletedTask;

        protected override ContainerObservation See(ContainerObservation observation)
        {
            if (observation.State == ContainerState.Ended)
            {
                _ended[observation.Attempt] = true;
            }

            return observation;
        }
    }
}
