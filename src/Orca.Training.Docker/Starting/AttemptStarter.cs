using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Docker.Engine;
using Orca.Training.Docker.Images;
using Orca.Training.Docker.Observing;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Starting;

/// <summary>
/// Makes and starts an attempt's container, or finds that it exists. Whatever was done before, by this host or by one that died
/// half-way, the same call ends in the same container: the engine lets one container have the attempt's name.
/// </summary>
internal sealed class AttemptStarter(
    EngineConnection engine,
    EngineCalls calls,
    ImagePulls pulls,
    DockerOptions options,
    string user,
    TimeProvider time,
    ILogger log) : IDisposable
{
    // The engine holds a name from the beginning of a creation, and shows its container only at the end: until then the name is
    // taken by nothing. So it is with a start that was given up a moment ago. 20 ms, doubled each time: 2.5 s in all.
    private const int MostTries = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _starts = new(options.MaxConcurrentStarts);

    public void Dispose() => _starts.Dispose();

    public async Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        if (spec.Ranks != 1)
        {
            return Refusals.Failed(
                OutcomeCode.InvalidSpec,
                $"The job asks for {spec.Ranks} workers; a Docker machine runs one container a job. Ask for one, or use a machine that runs distributed jobs.");
        }

        var result = await OnceAsync(spec, phases, cancellationToken);
        if (result is not null)
        {
            return result;
        }

        // The image is missing. A pull takes minutes: it holds none of the places for starts.
        if (!options.PullMissingImages)
        {
            return Refusals.Failed(
                OutcomeCode.ImageNotFound,
                $"The image '{spec.Image}' is not on the machine, and pulling is switched off (DockerOptions.PullMissingImages). Load it there, or check the name.");
        }

        var failure = await pulls.PullAsync(spec.Image, phases, cancellationToken);
        return failure is not null
            ? new StartResult.Failed(failure)
            : await OnceAsync(spec, phases, cancellationToken) ?? Refusals.Failed(
                OutcomeCode.ImageNotFound,
                $"The image '{spec.Image}' was pulled, and still the machine does not have it; was it made for another kind of processor?");
    }

    /// <summary>Null when the image is missing.</summary>
    private async Task<StartResult?> OnceAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        if (!await _starts.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            phases.Report(new LaunchPhase(LaunchStep.Starting, Detail: "waiting for other containers to start"));
            await _starts.WaitAsync(cancellationToken);
        }

        try
        {
            phases.Report(new LaunchPhase(LaunchStep.Starting));
            return await MakeAndStartAsync(spec, cancellationToken);
        }
        finally
        {
            _starts.Release();
        }
    }

    private async Task<StartResult?> MakeAndStartAsync(AttemptSpec spec, CancellationToken cancellationToken)
    {
        var name = spec.Name.ContainerOf(0);
        var wanted = ContainerSpec.Of(spec, 0, options, user);
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (tries > 0)
            {
                await Task.Delay(FirstPause * (1 << (tries - 1)), time, cancellationToken);
            }

            string id;
            try
            {
                var made = await calls.AskAsync(
                    $"making container {name}",
                    token => engine.Client.Containers.CreateContainerAsync(wanted, token),
                    Refusals.IsAboutTheContainer,
                    cancellationToken);
                id = made.ID;
                foreach (var warning in made.Warnings ?? [])
                {
                    log.EngineWarned(spec.Name.Attempt.Job.Value, spec.Name.Attempt.Number, id, EngineWords.Shorten(warning));
                }
            }
            catch (DockerApiException refusal) when (Refusals.IsMissingImage(refusal))
            {
                return null;
            }
            catch (DockerApiException refusal) when (refusal.StatusCode == HttpStatusCode.Conflict)
            {
                var existing = await InspectAsync(name, cancellationToken);
                switch (existing?.State?.Status)
                {
                    case null:
                        continue;
                    case var _ when !IsOurs(existing, spec.Name):
                        return Refusals.Failed(
                            OutcomeCode.LaunchFailed,
                            $"A container named '{name}' exists on the machine and does not belong to this job; remove it.");
                    case "created":
                        id = existing.ID;
                        break;
                    case "removing" or "dead":
                        throw calls.Unavailable($"starting container {name}", "a container of that name is just being removed");
                    default:
                        log.Adopted(spec.Name.Attempt.Job.Value, spec.Name.Attempt.Number, existing.ID);
                        return new StartResult.Started([existing.ID]);
                }
            }
            catch (DockerApiException refusal)
            {
                return Refusals.Of(refusal, spec, options);
            }

            if (await RunAsync(spec, id, cancellationToken) is { } result)
            {
                return result;
            }
        }

        throw calls.Unavailable($"starting container {name}", "its name is taken, and yet there is no such container; does something else make and remove containers?");
    }

    /// <summary>Null when the container is gone.</summary>
    private async Task<StartResult?> RunAsync(AttemptSpec spec, string id, CancellationToken cancellationToken)
    {
        try
        {
            await calls.AskAsync(
                $"starting container {spec.Name.ContainerOf(0)}",
                token => engine.Client.Containers.StartContainerAsync(id, new ContainerStartParameters(), token),
                Refusals.IsAboutTheContainer,
                cancellationToken);
            return new StartResult.Started([id]);
        }
        catch (DockerApiException refusal) when (Refusals.IsMissingContainer(refusal))
        {
            return null;
        }
        catch (DockerApiException refusal)
        {
            await ClearAwayAsync(spec, id, cancellationToken);
            return Refusals.Of(refusal, spec, options);
        }
    }

    /// <summary>A container that never ran has no end to record, so it goes at once; if that fails, the tracker's removal follows.</summary>
    private async Task ClearAwayAsync(AttemptSpec spec, string id, CancellationToken cancellationToken)
    {
        try
        {
            await calls.AskAsync(
                "removing a container that did not start",
                async token =>
                {
                    await engine.Client.Containers.RemoveContainerAsync(
                        id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, token);
                    return true;
                },
                answers: null,
                cancellationToken);
        }
        catch (RuntimeUnavailableException exception)
        {
            log.NotClearedAway(spec.Name.Attempt.Job.Value, spec.Name.Attempt.Number, id, exception);
        }
    }

    private async Task<ContainerInspectResponse?> InspectAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.AskAsync(
                $"inspecting container {name}",
                token => engine.Client.Containers.InspectContainerAsync(name, token),
                Refusals.IsMissingContainer,
                cancellationToken);
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    private static bool IsOurs(ContainerInspectResponse container, AttemptName attempt) =>
        ContainerLabels.TryRead(container.Config?.Labels, out var owner, out var rank) && owner == attempt && rank == 0;
}
