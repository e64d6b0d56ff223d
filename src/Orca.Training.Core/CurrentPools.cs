using Microsoft.Extensions.Options;
using Orca.Training.Pools;
using Orca.Training.Settings;

namespace Orca.Training;

/// <summary>The pools as the settings are now.</summary>
internal sealed class CurrentPools(IOptionsMonitor<OrcaTrainingOptions> options)
{
    private readonly FromSettings<PoolSettings> _pools = new(options, PoolSettings.Of);

    public PoolSettings Settings => _pools.Current;
}
