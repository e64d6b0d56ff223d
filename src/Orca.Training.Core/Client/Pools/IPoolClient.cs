namespace Orca.Training.Client;

/// <summary>Pools: who may use which machines, how much of them, and how much is in use.</summary>
public interface IPoolClient
{
    /// <summary>
    /// Returns the pools that the caller may use, ordered by name; operators get all. A service without pools has one, named
    /// <see cref="PoolInfo.Implicit"/>.
    /// </summary>
    /// <exception cref="TrainingException"><see cref="TrainingError.Unavailable"/>: which pools the caller may use cannot be found out now.</exception>
    Task<IReadOnlyList<PoolInfo>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns one pool.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="TrainingException"><see cref="TrainingError.NotFound"/>: there is no such pool, or the caller may not use it.</exception>
    Task<PoolInfo> GetAsync(string name, CancellationToken cancellationToken = default);
}
