namespace Orca.Training.Pools;

/// <summary>The pools whose <see cref="PoolOptions.Users"/> name a caller.</summary>
/// <param name="settings">The pools as they are now.</param>
internal sealed class ConfiguredPools(Func<PoolSettings> settings) : IPoolResolver
{
    public ValueTask<PoolGrant?> ResolveAsync(PoolCaller caller, CancellationToken cancellationToken) => ValueTask.FromResult(Of(settings(), caller));

    /// <summary>
    /// The pool that names the caller most closely comes first; among several that do so alike the default pool, else the first by name. Who is named by none
    /// is in the default pool. Pure.
    /// </summary>
    public static PoolGrant? Of(PoolSettings pools, PoolCaller caller)
    {
        string[] named =
        [
            .. from pool in pools.All
               let closest = pool.Users.Where(u => u.Names(caller)).Select(u => (PoolUsers.Kind?)u.Of).Min()
               where closest is not null
               orderby closest, pool.Name != pools.Default
               select pool.Name,
        ];
        return named is [var first, .. var others] ? new PoolGrant(first, others)
            : pools.Default is { } all ? new PoolGrant(all, [])
            : null;
    }
}
