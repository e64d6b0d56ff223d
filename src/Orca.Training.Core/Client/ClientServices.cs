using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Queueing;

namespace Orca.Training.Client;

/// <summary>What every client within the host's own process works on.</summary>
/// <param name="Jobs">Where jobs are.</param>
/// <param name="Logs">Where what trainings print is.</param>
/// <param name="Data">What trainings are made of and what they leave.</param>
/// <param name="Validator">What checks requests, as the settings are now.</param>
/// <param name="Time">When it is.</param>
/// <param name="Logger">Told of what the service cannot help.</param>
internal sealed record ClientServices(
    IJobStore Jobs, ILogStore Logs, DataStores Data, Func<RequestValidator> Validator, TimeProvider Time, ILogger<TrainingClient> Logger)
{
    /// <summary>The algorithms that requests can name, as the settings are now.</summary>
    public Func<IReadOnlyList<AlgorithmInfo>> Algorithms { get; init; } = static () => [];

    /// <summary>Where waiting jobs stand; null where the store itself says it.</summary>
    public QueueView? Queue { get; init; }

    /// <summary>The jobs, with the places of those that wait.</summary>
    public IJobStore PlacedJobs => field ??= Queue is null ? Jobs : new PlacedJobs(Jobs, Queue);

    /// <summary>Counts submissions; null for nothing that does.</summary>
    public TrainingMetrics? Metrics { get; init; }

    /// <summary>Who did what; null for no record of that.</summary>
    public AuditTrail? Audit { get; init; }

    /// <summary>Finds the pools of submissions; null where there is the one for everybody.</summary>
    public PoolGate? Pools { get; init; }

    /// <summary>The statuses of this store's jobs that were given last.</summary>
    public KeptStatuses Kept { get; } = new();
}
