using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.Models.Memory;

/// <summary>
/// Numbers models in memory: as lasting as a job store in memory is. A number is forgotten when its job can publish no more, or its run
/// is no
/// longer kept, so that there are no more of them than of jobs and runs.
/// </summary>
internal sealed class MemoryModelStore(IRunStore runs) : IModelStore
{
    /// <summary>How much is held before it is looked through for the first time.</summary>
    public const int Least = 1024;

    /// <summary>How many names are known at most of which no number is left.</summary>
    public const int EmptyNames = 1024;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Numbers> _models = new(StringComparer.Ordinal);
    private int _size;
    private int _lookAt = Least;

    // The greatest number of the names that were forgotten: a name that comes anew goes on after it, so that none is ever given twice.
    private int _forgotten;

    public bool IsShared => false;

    /// <summary>Names and numbers that are held.</summary>
    public int Size
    {
        get
        {
            lock (_lock)
            {
                return _size;
            }
        }
    }

    public async ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var (number, isMuch) = Reserve(name, job);
        if (isMuch)
        {
            await ForgetAsync(cancellationToken);
        }

        return number;
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
            if (_models.GetValueOrDefault(name) is not { } model || !model.Jobs.ContainsKey(version))
            {
                return false;
            }

            model.Aliases[alias] = version;
            return true;
        }
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
            return _models.GetValueOrDefault(name) is { } model && RemoveNeedsLock(model, version);
        }
    }

    private (int Number, bool IsMuch) Reserve(string name, JobId job)
    {
        lock (_lock)
        {
            if (!_models.TryGetValue(name, out var model))
            {
                _models[name] = model = new Numbers { Last = _forgotten };
                _size++;
            }

            if (!model.Of.TryGetValue(job, out var number))
            {
                number = ++model.Last;
                model.Of[job] = number;
                model.Jobs[number] = job;
                _size++;
            }

            return (number, _size >= _lookAt);
        }
    }

    /// <summary>
    /// Forgets what can become no version any more. It is done each time that there is twice of what was left, so that a number costs the
    /// same however many there are.
    /// </summary>
    private async ValueTask ForgetAsync(CancellationToken cancellationToken)
    {
        List<(string Name, int Number, JobId Job)> all;
        lock (_lock)
        {
            // Whoever comes meanwhile need not do the same.
            _lookAt = int.MaxValue;
            all = [.. _models.SelectMany(m => m.Value.Jobs.Select(j => (m.Key, j.Key, j.Value)))];
        }

        var dead = new List<(string Name, int Number)>();
        try
        {
            foreach (var (name, number, job) in all)
            {
                var run = await runs.ReadAsync(job, cancellationToken);
                if (run is null || (run.State.IsFinal() && !(run.State is JobState.Succeeded && run.ModelVersion == number)))
                {
                    dead.Add((name, number));
                }
            }
        }
        finally
        {
            ForgetNow(dead);
        }
    }

    private void ForgetNow(List<(string Name, int Number)> dead)
    {
        lock (_lock)
        {
            foreach (var (name, number) in dead)
            {
                if (_models.TryGetValue(name, out var model))
                {
                    RemoveNeedsLock(model, number);
                }
            }

            foreach (var (name, model) in _models.Where(m => m.Value.Jobs.Count == 0).Skip(EmptyNames).ToList())
            {
                _forgotten = Math.Max(_forgotten, model.Last);
                _models.Remove(name);
                _size--;
            }

            _lookAt = Math.Max(Least, 2 * _size);
        }
    }

    private bool RemoveNeedsLock(Numbers model, int number)
    {
        if (!model.Jobs.Remove(number, out var job))
        {
            return false;
        }

        model.Of.Remove(job);
        _size--;
        foreach (var alias in model.Aliases.Where(a => a.Value == number).Select(a => a.Key).ToList())
        {
            model.Aliases.Remove(alias);
        }

        return true;
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

        public Dictionary<JobId, int> Of { get; } = [];

        public SortedDictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);
    }
}
