using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>Makes an attempt's data and places ready and starts it on its machine.</summary>
internal sealed class AttemptLauncher(OrcaTrainingOptions options, string application, IDatasetStore datasets, IArtifactStore artifacts)
{
    public async ValueTask<StartResult> StartAsync(TrackerEffect.Start start, Machine machine, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        var request = start.Job.Request;
        if (!options.Algorithms.TryGetValue(request.Algorithm, out var algorithm))
        {
            return Failed(OutcomeCode.InvalidSpec, $"The algorithm '{request.Algorithm}' is no longer configured in this service.");
        }

        Uri data;
        try
        {
            data = await datasets.OpenAsync(new DatasetVersion(request.DatasetId, request.DatasetVersion), cancellationToken);
        }
        catch (DatasetException e)
        {
            return Failed(OutcomeCode.DatasetUnavailable, $"The dataset cannot be used: {e.Message}");
        }

        var places = await artifacts.PrepareAsync(start.Attempt, cancellationToken);
        var spec = ContainerContract.Build(start.Attempt, application, start.Job, algorithm, data, places);
        return await machine.Runtime.StartAsync(spec, phases, cancellationToken);
    }

    private static StartResult.Failed Failed(OutcomeCode code, string sentence) => new(new Outcome(code, sentence));
}
