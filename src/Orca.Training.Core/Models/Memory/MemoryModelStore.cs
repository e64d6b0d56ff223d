using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.Models.Memory;

/// <summary>Numbers models in memory: as lasting as a job store in memory is.</summary>
internal sealed class MemoryModelStore(IRunStore runs) : IModelStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Numbers> _models = new(StringComparer.Ordinal);

    public bool IsShared => false;

    public ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_lock)
        {
            if (!_models.TryGetValue(name, out var model))
            {
                _models[name] = model = new Numbers();
            }

            var known = model.Jobs.FirstOrDefault(j => j.Value == job).Key;
            if (known == 0)
            {
                known = ++model.Last;
                model.Jobs[known] = job;
            }

            return ValueTask.FromResult(known);
        }
    }

    public async ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken)
    {
        var rows = Rows(name);
        return await ModelVersions.ResolveAsync(rows, reference, runs, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        string[] names;
        lock (_lock)
        {
            names = [.. _models.Keys];
        }

        var found = new List<string>();
        foreach (var name in names)
        {
            if (await ModelVersions.ResolveAsync(Rows(name), "", runs, cancellationToken) is not null)
            {
                found.Add(name);
            }
        }

        return found;
    }

    public ValueTask<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken) =>
        ModelVersions.ListAsync(Rows(name), runs, cancellationToken);

    public async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken)
    {
        ModelVersions.CheckAlias(alias);
        if (await ModelVersions.ResolveAsync(Rows(name), ModelVersions.Text(version), runs, cancellationToken) is null)
        {
            return false;
        }

        lock (_lock)
        {
            _models[name].Aliases[alias] = version;
        }

        return true;
    }

    public ValueTask RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _models.GetValueOrDefault(name)?.Aliases.Remove(alias);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken)
    {
        if (await ModelVersions.ResolveAsync(Rows(name), ModelVersions.Text(version), runs, cancellationToken) is null)
        {
            return false;
        }

        lock (_lock)
        {
            var model = _models[name];
            foreach (var alias in model.Aliases.Where(a => a.Value == version).Select(a => a.Key).ToList())
            {
                model.Aliases.Remove(alias);
            }

            return model.Jobs.Remove(version);
        }
    }

    private IReadOnlyList<ModelRow> Rows(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
        {
            return _models.TryGetValue(name, out var model)
                ? [.. model.Jobs.Select(j => new ModelRow(name, j.Key, j.Value, [.. model.Aliases.Where(a => a.Value == j.Key).Select(a => a.Key)]))]
                : [];
        }
    }

    private sealed class Numbers
    {
        public int Last { get; set; }

        public SortedDictionary<int, JobId> Jobs { get; } = [];

        public SortedDictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);
    }
}
