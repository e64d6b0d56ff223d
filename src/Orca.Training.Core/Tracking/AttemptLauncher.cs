using System.Diagnostics;
using Microsoft.Extensions.Options;
using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Models;
using Orca.Training.Runs;
using Orca.Training.Text;

namespace Orca.Training.Tracking;

/// <summary>Makes an attempt's data and places ready and starts it on its machine.</summary>
internal sealed class AttemptLauncher(IOptionsMonitor<OrcaTrainingOptions> options, string application, IDatasetStore datasets, IArtifactStore artifacts, IPlaceAccess? access, IRunStore runs, IModelStore models, TimeProvider time, ForeignFaults faults)
{
    public ValueTask<StartResult> StartAsync(TrackerEffect.Start start, Machine machine, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        var activity = Heard(() => TrainingActivities.Launch(start.Job, start.Attempt.Attempt.Number, start.Machine, time));
        return activity is null
            ? LaunchAsync(start, machine, start.Job.TraceParent, phases, cancellationToken)
            : TracedAsync(activity, LaunchAsync(start, machine, activity.Id, phases, cancellationToken));
    }

    /// <summary>Renews what opens the places of an attempt whose containers may run.</summary>
    /// <exception cref="IOException">It cannot be renewed now.</exception>
    public async ValueTask RenewAsync(Job job, AttemptName attempt, CancellationToken cancellationToken)
    {
        var inputs = await FindInputsAsync(job.Request, attempt, cancellationToken);
        if (inputs.AccessOf(attempt) is { } asked)
        {
            await Access.RenewAsync(asked, cancellationToken);
        }
    }

    private async ValueTask<StartResult> TracedAsync(Activity activity, ValueTask<StartResult> launch)
    {
        string? error = null;
        try
        {
            var result = await launch;
            error = result switch { StartResult.Failed failed => failed.Outcome.Code.Name, StartResult.Deferred => "Deferred", _ => null };
            return result;
        }
        catch (Exception e)
        {
            error = e.GetType().FullName;
            throw;
        }
        finally
        {
            Heard(() =>
            {
                activity.End(time, error);
                return activity;
            });
        }
    }

    /// <summary>Listeners to spans are the host's own code: a launch does not fail because of one.</summary>
    private Activity? Heard(Func<Activity?> tell)
    {
        try
        {
            return tell();
        }
#pragma warning disable CA1031 // Whatever it throws is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            faults.Tell(TrainingActivities.Listener, e);
            return null;
        }
    }

    private async ValueTask<StartResult> LaunchAsync(
        TrackerEffect.Start start, Machine machine, string? traceParent, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        var request = start.Job.Request;
        if (!options.CurrentValue.Algorithms.TryGetValue(request.Algorithm, out var algorithm))
        {
            return Failed(OutcomeCode.InvalidSpec, $"The algorithm '{request.Algorithm}' is no longer configured in this service.");
        }

        if (request.RerunOf is { } repeated)
        {
            if (await runs.ReadAsync(repeated, cancellationToken) is not { Execution: { } before })
            {
                return Failed(OutcomeCode.InvalidSpec, $"The image of job {repeated}, which this job repeats, is no longer recorded. Submit the request of that job again.");
            }

            algorithm = Reruns.Pinned(algorithm, before);
        }

        try
        {
            if (start.Attempt.Attempt.Number > 1)
            {
                await artifacts.CheckCheckpointAsync(start.Attempt, cancellationToken);
            }
        }
        catch (ArtifactException e)
        {
            return Failed(e.Code, $"The checkpoint of the previous attempt cannot be passed on: {e.Message}");
        }

        AttemptInputs inputs;
        try
        {
            inputs = await FindInputsAsync(request, start.Attempt, cancellationToken);
            await ModelCheck.VerifyAsync(artifacts, inputs.ModelFiles, cancellationToken);
            if (inputs.AccessOf(start.Attempt) is { } asked)
            {
                inputs = inputs with { Grant = await Access.GrantAsync(asked, cancellationToken) };
            }
        }
        catch (DatasetException e)
        {
            return Failed(OutcomeCode.DatasetUnavailable, $"The dataset cannot be used: {HostPaths.Without(e.Message)}");
        }
        catch (ArtifactException e)
        {
            return Failed(OutcomeCode.ArtifactMissing, $"The model cannot be used: {HostPaths.Without(e.Message)}");
        }

        var spec = ContainerContract.Build(start.Attempt, application, start.Job, algorithm, inputs, options.CurrentValue.StopGrace, traceParent);
        var result = await machine.Runtime.StartAsync(spec, phases, cancellationToken);
        if (request.RerunOf is { } gone && result is StartResult.Failed { Outcome: { } outcome } && outcome.Code == OutcomeCode.ImageNotFound)
        {
            return Failed(
                OutcomeCode.ImageNotFound,
                $"The image '{spec.Image}', which job {gone} ran, is no longer available on machine '{start.Machine}': load it there again, or submit the request again to use the algorithm's current image.");
        }

        return result is StartResult.Started { ImageDigest: { } digest } started
            ? started with { Execution = new Execution(spec.Image, digest, spec.Command, ContainerContract.Parameters(request, algorithm)) }
            : result;
    }

    private IPlaceAccess Access => access ?? throw new InvalidOperationException("A store returned an address, but nothing gives containers access to it: register an IPlaceAccess with the store.");

    private async ValueTask<AttemptInputs> FindInputsAsync(TrainingRequest request, AttemptName attempt, CancellationToken cancellationToken)
    {
        var data = await datasets.OpenAsync(new DatasetVersion(request.DatasetId, request.DatasetVersion), cancellationToken);
        var inputs = new AttemptInputs(data, await artifacts.PrepareAsync(attempt, cancellationToken));
        if (request.InputModel is not { } text)
        {
            return inputs;
        }

        var asked = ModelReference.Of(text);
        var model = await models.ResolveAsync(asked.Name, asked.Version, cancellationToken)
            ?? throw new ArtifactException($"'{text}' no longer exists: it was removed after this job was submitted.");
        var publisher = new AttemptName(attempt.Installation, new AttemptId(model.Job, model.Attempt));
        return inputs with { Model = PlaceOf(model.Files) ?? artifacts.OutputOf(publisher), ModelFiles = model.Files };
    }

    /// <summary>Where a model's files lie behind a network: they say it themselves. Null where they are files of this host.</summary>
    private static Uri? PlaceOf(IReadOnlyList<Artifact> files) =>
        files.Count > 0 && S3Address.TryRead(files[0].Location, out var first) && first.Key.EndsWith("/" + files[0].Name, StringComparison.Ordinal)
            ? (first with { Key = first.Key[..^(files[0].Name.Length + 1)] }).ToUri()
            : null;

    private static StartResult.Failed Failed(OutcomeCode code, string sentence) => new(new Outcome(code, sentence));
}
