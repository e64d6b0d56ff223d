namespace Orca.Training.Ownership.Memory;

/// <summary>Owners in memory: as lasting as a job store in memory is.</summary>
internal sealed class MemoryNameOwners : INameOwners
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(NameKind Kind, string Name), string> _teams = [];

    public ValueTask<string?> FindAsync(NameKind kind, string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_teams.GetValueOrDefault((kind, name)));
        }
    }

    public ValueTask<IReadOnlyDictionary<string, string>> ListAsync(NameKind kind, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<string, string>>(
                _teams.Where(t => t.Key.Kind == kind).ToDictionary(t => t.Key.Name, t => t.Value, StringComparer.Ordinal));
        }
    }

    public ValueTask<bool> ClaimAsync(NameKind kind, string name, string team, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_teams.TryAdd((kind, name), team));
        }
    }
}
