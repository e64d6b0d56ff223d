using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Diagnostics;
using Orca.Training.Pools;

namespace Orca.Training.Settings;

/// <summary>Stops the start of a host whose settings leave open trainings without a pool.</summary>
internal sealed class PoolStart(
    IOptionsMonitor<OrcaTrainingOptions> options, PoolRemovals removals, IEnumerable<SettingsSource> sources, ILogger<PoolStart> logger)
{
    /// <exception cref="OptionsValidationException">Trainings are open in pools that are not there.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var pools = PoolSettings.Of(options.CurrentValue);
        if (pools.IsNone)
        {
            return;
        }

        IReadOnlyList<string> faults;
        try
        {
            faults = await removals.FaultsAsync(pools, SettingsSource.RootOf(sources), cancellationToken);
        }
#pragma warning disable CA1031 // A store that does not answer holds up no start: what has no pool waits, and its status says why.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.PoolsNotChecked(e);
            return;
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(OrcaTrainingOptions), faults);
        }
    }
}
