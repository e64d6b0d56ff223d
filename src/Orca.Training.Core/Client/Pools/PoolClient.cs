using Orca.Training.Jobs.Storage;
using Orca.Training.Pools;
using Orca.Training.Queueing;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Client;

/// <summary>Pools, within the host's own process. A caller sees those that the pool gate lets them use.</summary>
/// <param name="gate">Says which pools a caller may use; null where there is the one for everybody.</param>
/// <param name="jobs">All jobs, of which it counts those that are open.</param>
/// <param name="queue">What pools use of machines; null where nothing says.</param>
/// <param name="guard">Wraps each call.</param>
/// <param name="rights">The caller's; null for the application itself.</param>
internal sealed class PoolClient(PoolGate? gate, IJobStore jobs, QueueView? queue, CallGuard guard, CallerRights? rights) : IPoolClient
{
    public Task<IReadOnlyList<PoolInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        guard.AskAsync(Operations.ListPools, () => ReadAsync(null, cancellationToken), cancellationToken);

    public Task<PoolInfo> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        name = name?.Trim() ?? "";
        return guard.AskAsync(
            Operations.GetPool,
            async () => await ReadAsync(name, cancellationToken) is [var found]
                ? found
                : throw new TrainingException(TrainingError.NotFound, $"There is no pool '{Text.HarmlessText.Line(name)}', or you may not use it."),
            cancellationToken);
    }

    private async ValueTask<IReadOnlyList<PoolInfo>> ReadAsync(string? name, CancellationToken cancellationToken)
    {
        var settings = gate?.Settings ?? PoolSettings.None;
        var counts = await jobs.CountOpenAsync(null, cancellationToken);
        if (settings.IsNone)
        {
            return name is null or PoolInfo.Implicit ? [await ImplicitAsync(counts, cancellationToken)] : [];
        }

        var visible = await gate!.VisibleAsync(rights is null || rights.SeesAll ? null : rights.ForPools, cancellationToken);
        var found = new List<PoolInfo>();
        foreach (var pool in settings.All.Where(p => visible.Contains(p.Name) && (name is null || p.Name == name)))
        {
            found.Add(await OfAsync(pool, settings, counts, cancellationToken));
        }

        return found;
    }

    private async ValueTask<PoolInfo> ImplicitAsync(IReadOnlyList<PoolCount> counts, CancellationToken cancellationToken) => new(PoolInfo.Implicit)
    {
        Queued = counts.Sum(c => c.Queued),
        Running = counts.Sum(c => c.Open - c.Queued),
        Machines = await MachinesAsync("", cancellationToken),
    };

    private async ValueTask<PoolInfo> OfAsync(Pool pool, PoolSettings settings, IReadOnlyList<PoolCount> counts, CancellationToken cancellationToken)
    {
        // Jobs of pools that moved here wait here, and jobs of no pool in the default one.
        var names = settings.NamesOf(pool.Name);
        var own = counts.Where(c => names.Contains(c.Pool ?? settings.Default, StringComparer.Ordinal)).ToList();
        return new PoolInfo(pool.Name)
        {
            Weight = pool.Weight,
            Most = Limit(pool.Most),
            PerUser = Limit(pool.PerUser),
            MaxQueued = pool.MaxQueued,
            MaxQueuedPerUser = pool.MaxQueuedPerUser,
            Queued = own.Sum(c => c.Queued),
            Running = own.Sum(c => c.Open - c.Queued),
            Machines = await MachinesAsync(pool.Name, cancellationToken),
        };
    }

    private async ValueTask<IReadOnlyList<PoolMachine>> MachinesAsync(string pool, CancellationToken cancellationToken) => queue is null ? [] :
    [
        .. (await queue.SharesOfAsync(pool, cancellationToken)).OrderBy(s => s.Machine, StringComparer.Ordinal).Select(s => new PoolMachine(s.Machine, Amount(s.Used, s.Open))
        {
            Owned = s.Owned == default ? null : Amount(s.Owned),
            Total = s.Total == default ? null : Amount(s.Total),
        }),
    ];

    private static PoolAmount? Limit(PoolLimit limit) =>
        limit == new PoolLimit(null, null, null, null) ? null
        : new PoolAmount { Jobs = limit.Jobs, Cpus = limit.Cpus, MemoryMiB = (int?)(limit.MemoryBytes >> 20), Gpus = limit.Gpus };

    private static PoolAmount Amount(Resources resources, int? jobs = null) =>
        new() { Jobs = jobs, Cpus = resources.Cpus, MemoryMiB = (int)(resources.MemoryBytes >> 20), Gpus = resources.Gpus };
}
