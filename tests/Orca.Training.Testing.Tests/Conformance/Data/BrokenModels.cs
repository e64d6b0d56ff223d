using System.Collections.Concurrent;
using Orca.Training.Jobs;
using Orca.Training.Models;
using Orca.Training.Testing.Conformance.Runs;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Model stores with one mistake each.</summary>
internal static class BrokenModels
{
    public sealed class CountsAllModelsTogether(RunStores inner) : PassingModels(inner)
    {
        public override ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken) => base.ReserveAsync("all", job, cancellationToken);
    }

    public sealed class DrawsAnewEachTime(RunStores inner) : PassingModels(inner)
    {
        private long _last = 1_000_000;

        public override async ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken)
        {
            await base.ReserveAsync(name, job, cancellationToken);
            return await base.ReserveAsync(name, new JobId(Interlocked.Increment(ref _last)), cancellationToken);
        }
    }

    public sealed class CountsWhatFailed(RunStores inner) : PassingModels(inner)
    {
        private readonly ConcurrentDictionary<string, bool> _names = new();

        public override ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken)
        {
            _names[name] = true;
            return base.ReserveAsync(name, job, cancellationToken);
        }

        public override ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<string>>([.. _names.Keys.Order(StringComparer.Ordinal)]);
    }

    public sealed class HoldsTheLastNumberForTheNewest(RunStores inner) : PassingModels(inner)
    {
        private readonly ConcurrentDictionary<string, int> _last = new();

        public override async ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken)
        {
            var number = await base.ReserveAsync(name, job, cancellationToken);
            _last.AddOrUpdate(name, number, (_, last) => Math.Max(last, number));
            return number;
        }

        public override ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken) =>
            base.ResolveAsync(name, reference.Length == 0 && _last.TryGetValue(name, out var last) ? $"{last}" : reference, cancellationToken);
    }

    public sealed class GivesEachNumberToTwoJobs(RunStores inner) : PassingModels(inner)
    {
        public override async ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken) =>
            (await base.ReserveAsync(name, job, cancellationToken) + 1) / 2;
    }

    public sealed class GivesAFreedNumberAgain(RunStores inner) : PassingModels(inner)
    {
        private readonly ConcurrentQueue<int> _freed = new();

        public override async ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken)
        {
            var isRemoved = await base.RemoveAsync(name, version, cancellationToken);
            if (isRemoved)
            {
                _freed.Enqueue(version);
            }

            return isRemoved;
        }

        public override async ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken) =>
            _freed.TryDequeue(out var number) ? number : await base.ReserveAsync(name, job, cancellationToken);
    }

    public sealed class LeavesAnAliasWhereItIs(RunStores inner) : PassingModels(inner)
    {
        public override async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken) =>
            await ResolveAsync(name, alias, cancellationToken) is not null || await base.SetAliasAsync(name, alias, version, cancellationToken);
    }

    /// <summary>Takes an alias away before it gives it, and a reader sees that.</summary>
    public sealed class MovesAnAliasInTwoSteps(RunStores inner) : PassingModels(inner)
    {
        private readonly TaskCompletionSource _seen = new();
        private volatile bool _isBetween;

        public override async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken)
        {
            if (await base.ResolveAsync(name, alias, cancellationToken) is { } before && before.Version != version)
            {
                await RemoveAliasAsync(name, alias, cancellationToken);
                _isBetween = true;
                await _seen.Task.WaitAsync(cancellationToken);
            }

            return await base.SetAliasAsync(name, alias, version, cancellationToken);
        }

        public override async ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken)
        {
            var isBetween = _isBetween;
            var found = await base.ResolveAsync(name, reference, cancellationToken);
            if (isBetween)
            {
                _seen.TrySetResult();
            }

            return found;
        }
    }

    public sealed class NamesWhatIsNotThere(RunStores inner) : PassingModels(inner)
    {
        public override async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken) =>
            await base.SetAliasAsync(name, alias, version, cancellationToken) || version > 0;
    }

    public sealed class TakesANumberForAnAlias(RunStores inner) : PassingModels(inner)
    {
        public override async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken) =>
            int.TryParse(alias, out _) || await base.SetAliasAsync(name, alias, version, cancellationToken);
    }

    public sealed class KeepsAnAliasThatWasTakenAway(RunStores inner) : PassingModels(inner)
    {
        public override ValueTask RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    public sealed class ResolvesWhatWasRemoved(RunStores inner) : PassingModels(inner)
    {
        private readonly ConcurrentDictionary<(string, string), ModelVersion> _known = new();

        public override async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken)
        {
            var isSet = await base.SetAliasAsync(name, alias, version, cancellationToken);
            if (await base.ResolveAsync(name, alias, cancellationToken) is { } found)
            {
                _known[(name, alias)] = found;
            }

            return isSet;
        }

        public override async ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken) =>
            _known.GetValueOrDefault((name, reference)) ?? await base.ResolveAsync(name, reference, cancellationToken);
    }

    public sealed class RemovesAgain(RunStores inner) : PassingModels(inner)
    {
        public override async ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken) =>
            await base.RemoveAsync(name, version, cancellationToken) || version == 2;
    }

    public sealed class ForgetsModelsWithTheirJobs(RunStores inner) : PassingModels(inner)
    {
        public override async ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken) =>
            await base.ResolveAsync(name, reference, cancellationToken) is { } found && await Inner.Jobs.ReadAsync(found.Job, cancellationToken) is not null ? found : null;
    }
}
