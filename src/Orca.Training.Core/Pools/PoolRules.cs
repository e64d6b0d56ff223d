using Orca.Training.Files;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training.Pools;

/// <summary>What the settings may say of pools. Each message names the setting by its path, the value found and what would be right. Pure.</summary>
internal static class PoolRules
{
    private const double LargestWeight = 1_000_000;
    private const double LeastWeight = 0.001;
    private static readonly TimeSpan ShortestHalfLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestHalfLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromDays(30);

    /// <param name="options">The settings.</param>
    /// <param name="machines">The machines of the host; empty where they are not known.</param>
    /// <param name="roles">The names of the roles that there are.</param>
    /// <param name="found">Gets what is wrong.</param>
    public static void Check(OrcaTrainingOptions options, IReadOnlyList<MachineFact> machines, IReadOnlyList<string> roles, List<string> found)
    {
        var pools = options.Pools;
        if (options.DefaultPool is { } defaultPool)
        {
            CheckDefault(defaultPool, pools, found);
        }

        foreach (var (name, pool) in pools.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var path = $"Pools:{Shown(name)}";
            if (!PlainName.IsValid(name))
            {
                found.Add($"Pools has the name {PlainName.Quoted(name)}: give {PlainName.Rule}.");
            }

            if (pool is null)
            {
                found.Add($"{path} is null: give its settings, or leave it out.");
                continue;
            }

            CheckUsers(path, pool, roles, found);
            CheckFigures(path, pool, found);
            PoolMachineRules.CheckEach(path, pool, machines, found);
            CheckMove(path, name, pool, pools, found);
        }

        CheckUsersOfSeveral(options, found);
        PoolMachineRules.CheckSums(pools, machines, found);
    }

    private static void CheckDefault(string name, IDictionary<string, PoolOptions> pools, List<string> found)
    {
        if (!pools.TryGetValue(name, out var pool))
        {
            found.Add($"DefaultPool is {PlainName.Quoted(name)}: give the name of a pool{(pools.Count == 0 ? ", of which there are none, or leave it out" : Names(pools.Keys))}.");
        }
        else if (pool?.MovesTo is not null)
        {
            found.Add($"DefaultPool is {PlainName.Quoted(name)}, which moves to {PlainName.Quoted(pool.MovesTo)}: give a pool that stays.");
        }
    }

    private static void CheckUsers(string path, PoolOptions pool, IReadOnlyList<string> roles, List<string> found)
    {
        for (var i = 0; i < pool.Users.Count; i++)
        {
            var entry = pool.Users[i];
            var user = entry is null ? default : PoolUsers.Parse(entry);
            if (entry is null || (user.Of is not PoolUsers.Kind.Everybody && string.IsNullOrWhiteSpace(user.Name)) || Alphabet.IndexOfHarmful(entry) >= 0)
            {
                found.Add(Invariant($"{path}:Users:{i} is '{Shown(entry)}': give a user's name, team:NAME, role:NAME or * for everybody."));
            }
            else if (user.Of is PoolUsers.Kind.Role && !roles.Contains(user.Name, StringComparer.OrdinalIgnoreCase))
            {
                found.Add(Invariant($"{path}:Users:{i} is '{Shown(entry)}', and there is no such role: give role:{string.Join(", role:", roles)}."));
            }
        }
    }

    private static void CheckFigures(string path, PoolOptions pool, List<string> found)
    {
        if (!(pool.Weight is >= LeastWeight and <= LargestWeight))
        {
            found.Add(Invariant($"{path}:Weight is {pool.Weight}: give {LeastWeight} to {LargestWeight}."));
        }

        CheckLimit($"{path}:Most", pool.Most, found);
        CheckLimit($"{path}:PerUser", pool.PerUser, found);
        CheckCount($"{path}:MaxQueued", pool.MaxQueued, 1, found);
        CheckCount($"{path}:MaxQueuedPerUser", pool.MaxQueuedPerUser, 1, found);
        if (pool.HalfLife < ShortestHalfLife || pool.HalfLife > LongestHalfLife)
        {
            found.Add(Invariant($"{path}:HalfLife is {pool.HalfLife}: give {ShortestHalfLife} to {LongestHalfLife.Days} days."));
        }

        if (pool.LongestTurn <= TimeSpan.Zero || pool.LongestTurn > LongestTurn)
        {
            found.Add(Invariant($"{path}:LongestTurn is {pool.LongestTurn}: give a time above zero and up to {LongestTurn.Days} days."));
        }
    }

    private static void CheckLimit(string path, PoolLimitOptions limit, List<string> found)
    {
        CheckCount($"{path}:Jobs", limit.Jobs, 1, found);
        if (limit.Cpus is { } cpus && (!double.IsFinite(cpus) || cpus <= 0))
        {
            found.Add(Invariant($"{path}:Cpus is {cpus}: give a number above 0, or leave it out for no limit."));
        }

        CheckCount($"{path}:MemoryMiB", limit.MemoryMiB, 1, found);
        CheckCount($"{path}:Gpus", limit.Gpus, 0, found);
    }

    private static void CheckCount(string path, int? value, int least, List<string> found)
    {
        if (value < least)
        {
            found.Add(Invariant($"{path} is {value}: give at least {least}, or leave it out for no limit."));
        }
    }

    private static void CheckMove(string path, string name, PoolOptions pool, IDictionary<string, PoolOptions> pools, List<string> found)
    {
        if (pool.MovesTo is not { } target)
        {
            return;
        }

        if (!pools.ContainsKey(target))
        {
            found.Add($"{path}:MovesTo is {PlainName.Quoted(target)}: give the name of a pool{Names(pools.Keys.Where(p => p != name))}.");
        }
        else if (PoolSettings.EndOf(name, pools) is null)
        {
            found.Add($"{path}:MovesTo is {PlainName.Quoted(target)}, from which it leads back: give a pool that stays.");
        }
    }

    /// <summary>Nobody could say in which of two pools somebody's trainings wait, unless one of them is the default.</summary>
    private static void CheckUsersOfSeveral(OrcaTrainingOptions options, List<string> found)
    {
        var entries = from pool in options.Pools
                      where pool.Value is not null
                      from user in pool.Value.Users.Distinct(StringComparer.Ordinal)
                      where !string.IsNullOrWhiteSpace(user)
                      let end = PoolSettings.EndOf(pool.Key, options.Pools) ?? pool.Key
                      group end by user into entry
                      let ends = entry.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()
                      where ends.Count > 1 && !ends.Contains(options.DefaultPool ?? "", StringComparer.Ordinal)
                      orderby entry.Key
                      select (User: entry.Key, Pools: ends);
        foreach (var (user, pools) in entries)
        {
            found.Add(
                $"Pools has '{Shown(user)}' in {string.Join(" and ", pools.Select(PlainName.Quoted))}: name it in one of them, or make one of them the DefaultPool, "
                + "where its trainings wait unless they name another.");
        }
    }

    private static string Names(IEnumerable<string> names)
    {
        string[] all = [.. names.Order(StringComparer.Ordinal).Take(20).Select(PlainName.Quoted)];
        return all.Length == 0 ? "" : $", such as {string.Join(", ", all)}";
    }

    internal static string Shown(string? text) => text is null ? "null" : PlainName.Quoted(text)[1..^1];
}
