using Orca.Training.Jobs;

namespace Orca.Training.Pools;

/// <summary>
/// The pools as the settings say, once they are found right. Immutable. The scheduler, submissions and statuses read pools from here alone.
/// </summary>
internal sealed class PoolSettings
{
    private readonly Dictionary<string, Pool> _pools;

    // A pool that moves, and where its trainings and users go in the end.
    private readonly Dictionary<string, string> _moves;

    private PoolSettings(Dictionary<string, Pool> pools, Dictionary<string, string> moves, string? defaultPool)
    {
        (_pools, _moves, Default) = (pools, moves, defaultPool);
        All = [.. pools.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];
        HasShares = All.Any(p => p.Machines.Any(m => m.Owned != default));
    }

    /// <summary>One pool for everybody, with all machines, in which every job waits whatever pool it was submitted to.</summary>
    public static PoolSettings None { get; } = new([], [], null);

    /// <summary>The pools that take trainings, by name; empty where there is the one for everybody.</summary>
    public IReadOnlyList<Pool> All { get; }

    /// <summary>The pool of jobs and callers that have none; null where such callers are refused.</summary>
    public string? Default { get; }

    /// <summary>All names, also those of pools that move.</summary>
    public IEnumerable<string> Names => _pools.Keys.Concat(_moves.Keys);

    /// <summary>Whether a pool owns a part of a machine.</summary>
    public bool HasShares { get; }

    /// <summary>Whether there is only the one for everybody.</summary>
    public bool IsNone => _pools.Count == 0;

    /// <summary>The pools that the options say, which have been validated.</summary>
    public static PoolSettings Of(OrcaTrainingOptions options)
    {
        if (options.Pools.Count == 0)
        {
            return None;
        }

        var staying = options.Pools.Where(p => p.Value.MovesTo is null).ToDictionary(p => p.Key, p => Pool.Of(p.Key, p.Value), StringComparer.Ordinal);
        var moves = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, pool) in options.Pools)
        {
            if (pool.MovesTo is not null && EndOf(name, options.Pools) is { } end && staying.TryGetValue(end, out var target))
            {
                moves[name] = end;
                // Who was in it finds the way too.
                staying[end] = target with { Users = [.. target.Users.Union(pool.Users.Select(PoolUsers.Parse))] };
            }
        }

        return new PoolSettings(staying, moves, options.DefaultPool);
    }

    /// <summary>A pool that takes trainings; null where there is none of that name.</summary>
    public Pool? Find(string name) => _pools.GetValueOrDefault(NameOf(name));

    /// <summary>
    /// The pool in which a job waits; null where it is the one for everybody, and <paramref name="isKnown"/> false where its pool has been removed and
    /// nothing says where it goes: then it does not start, and its status says so.
    /// </summary>
    public Pool? Of(Job job, out bool isKnown)
    {
        var name = IsNone ? null : job.Pool ?? Default;
        var found = name is null ? null : Find(name);
        isKnown = IsNone || found is not null;
        return found;
    }

    /// <summary>The name of a pool that takes trainings, in place of one that moves.</summary>
    public string NameOf(string pool) => _moves.GetValueOrDefault(pool, pool);

    /// <summary>The names under which jobs of a pool are on record: its own, and those of pools that have moved to it.</summary>
    public IReadOnlyList<string> NamesOf(string pool) => [pool, .. _moves.Where(m => m.Value == pool).Select(m => m.Key).Order(StringComparer.Ordinal)];

    /// <summary>Whether it says where the jobs of a pool wait.</summary>
    public bool Knows(string? pool) => IsNone || (pool is null ? Default is not null : Find(pool) is not null);

    /// <summary>Where the chain of moves from a pool ends; null where it goes round.</summary>
    internal static string? EndOf(string pool, IDictionary<string, PoolOptions> pools)
    {
        for (var steps = 0; steps <= pools.Count; steps++)
        {
            if (!pools.TryGetValue(pool, out var found) || found?.MovesTo is not { } next)
            {
                return pool;
            }

            pool = next;
        }

        return null;
    }
}
