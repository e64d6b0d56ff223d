namespace Orca.Training.Pools;

/// <summary>Says which pools a caller may use. The default goes by <see cref="PoolOptions.Users"/>; <c>UsePoolResolver()</c> replaces it.</summary>
public interface IPoolResolver
{
    /// <summary>
    /// Gets the pools of a caller. It is asked once for each submission, for at most 5 s. An exception costs that call only, which fails as
    /// <see cref="Client.TrainingError.Unavailable"/>.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="cancellationToken">Ends the wait, with the caller's call or after the time limit.</param>
    /// <returns>The pools; null if the caller may use none.</returns>
    ValueTask<PoolGrant?> ResolveAsync(PoolCaller caller, CancellationToken cancellationToken);
}
