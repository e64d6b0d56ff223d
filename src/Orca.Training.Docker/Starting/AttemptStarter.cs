using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Docker.Delivery;
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
    OwnContainers own,
    ImageSupply images,
    FolderCopies? copies,
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
                $"The job asks for {spec.Ranks} workers; a Docker machine runs one container per job. Request one worker, or use a machine that runs distributed jobs.");
        }

        var policy = images.PolicyFor(spec);
        if (policy == ImagePullPolicy.Always && await InspectAsync(own.IdOf(spec.Name) ?? spec.Name.ContainerOf(0), cancellationToken) is null
            && await images.PullAsync(spec, phases, cancellationToken) is { } refusal)
        {
            return new StartResult.Failed(refusal);
        }

        var result = await OnceAsync(spec, phases, cancellationToken);
        if (result is not null)
        {
            return result;
        }

        // The image is missing. A pull takes minutes: it holds none of the places for starts.
        if (policy == ImagePullPolicy.Never)
        {
            return new StartResult.Failed(ImageSupply.NeverPulled(spec));
        }

        var failure = await images.PullAsync(spec, phases, cancellationToken);
        return failure is not null
            ? new StartResult.Failed(failure)
            : await OnceAsync(spec, phases, cancellationToken) ?? Refusals.Failed(
                OutcomeCode.ImageNotFound,
                $"The image '{spec.Image}' was pulled, but the machine still does not have it. It may have been built for another processor architecture.");
    }

    /// <summary>Null when the image is missing.</summary>
    private async Task<StartResult?> OnceAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (tries > 0)
            {
                await Task.Delay(FirstPause * (1 << (tries - 1)), time, cancellationToken);
            }

            var step = copies is null
                ? await InPlaceAsync(phases, () => MakeAndRunAsync(spec, cancellationToken), cancellationToken)
                : await CopyAndRunAsync(copies, spec, phases, cancellationToken);
            switch (step)
            {
                case Step.ImageMissing:
                    return null;
                case Step.Done done:
                    return done.Result;
                default:
                    break;
            }
        }

        throw calls.Unavailable($"starting container {spec.Name.ContainerOf(0)}", "its name is in use, but there is no such container; does another program create and remove containers?");
    }

    private async Task<Step> MakeAndRunAsync(AttemptSpec spec, CancellationToken cancellationToken)
    {
        var step = await MakeAsync(spec, cancellationToken);
        return step is Step.Made made ? await RunAsync(spec, made.Id, cancellationToken) : step;
    }

    /// <summary>Copies may take long: as with pulls, they hold none of the places for starts.</summary>
    private async Task<Step> CopyAndRunAsync(FolderCopies copies, AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        var step = await InPlaceAsync(phases, () => MakeAsync(spec, cancellationToken), cancellationToken);
        if (step is not Step.Made made)
        {
            return step;
        }

        try
        {
            phases.Report(new LaunchPhase(LaunchStep.PreparingData, Detail: "copying data to the machine"));
            await copies.BringAsync(made.Id, spec.Mounts, cancellationToken);
        }
        catch (DockerApiException refusal) when (Refusals.IsMissingContainer(refusal))
        {
            return new Step.Gone();
        }
        catch (DockerApiException refusal)
        {
            await ClearAwayAsync(spec, made.Id, cancellationToken);
            return new Step.Done(Refusals.Of(refusal, spec, options));
        }

        return await InPlaceAsync(phases, () => RunAsync(spec, made.Id, cancellationToken), cancellationToken);
    }

    /// <summary>Does one step while it holds one of the places for starts.</summary>
    private async Task<Step> InPlaceAsync(IProgress<LaunchPhase> phases, Func<Task<Step>> act, CancellationToken cancellationToken)
    {
        if (!await _starts.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            phases.Report(new LaunchPhase(LaunchStep.Starting, Detail: "waiting for other containers to start"));
            await _starts.WaitAsync(cancellationToken);
        }

        try
        {
            phases.Report(new LaunchPhase(LaunchStep.Starting));
            return await act();
        }
        finally
        {
            _starts.Release();
        }
    }

    private async Task<Step> MakeAsync(AttemptSpec spec, CancellationToken cancellationToken)
    {
        // One that was listed is this attempt's, whatever it is called by now: a name that was given away would let another be made.
        if (own.IdOf(spec.Name) is { } known)
        {
            if (await AdoptAsync(spec, known, cancellationToken) is var step and not Step.Gone)
            {
                return step;
            }

            own.Forget(spec.Name, known);
        }

        var name = spec.Name.ContainerOf(0);
        if (copies is null)
        {
            WrittenFolders.GiveTo(spec.Mounts, FolderCopies.OwnerOf(user));
        }

        var wanted = ContainerSpec.Of(spec, 0, options, copies is null ? FolderDelivery.Mount : FolderDelivery.Copy, user);
        try
        {
            var made = await calls.AskAsync(
                $"making container {name}",
                token => engine.Client.Containers.CreateContainerAsync(wanted, token),
                Refusals.IsAboutTheContainer,
                // The engine goes on making it though nobody waits: who gives up must know in the end whether it is there.
                CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var warning in made.Warnings ?? [])
            {
                log.EngineWarned(spec.Name.Attempt.Job.Value, spec.Name.Attempt.Number, made.ID, EngineWords.Shorten(warning));
            }

            return new Step.Made(made.ID);
        }
        catch (DockerApiException refusal) when (Refusals.IsMissingImage(refusal))
        {
            return new Step.ImageMissing();
        }
        catch (DockerApiException refusal) when (Refusals.IsNameTaken(refusal))
        {
            return await AdoptAsync(spec, name, cancellationToken);
        }
        catch (DockerApiException refusal)
        {
            return new Step.Done(Refusals.Of(refusal, spec, options));
        }
    }

    /// <summary>The name is taken: by this attempt's own container, mostly, from a start whose answer was lost.</summary>
    private async Task<Step> AdoptAsync(AttemptSpec spec, string name, CancellationToken cancellationToken)
    {
        var existing = await InspectAsync(name, cancellationToken);
        switch (existing?.State?.Status)
        {
            case null:
                return new Step.Gone();
            case var _ when !IsOurs(existing, spec.Name):
                return new Step.Done(Refusals.Failed(
                    OutcomeCode.LaunchFailed,
                    $"A container named '{name}' exists on the machine and does not belong to this job. Remove it."));
            case "created":
                return new Step.Made(existing.ID);
            case "removing" or "dead":
                throw calls.Unavailable($"starting container {name}", "a container with that name is being removed");
            default:
                log.Adopted(spec.Name.Attempt.Job.Value, spec.Name.Attempt.Number, existing.ID);
                return new Step.Done(new StartResult.Started([existing.ID]) { ImageDigest = await DigestAsync(existing.Image, cancellationToken) });
        }
    }

    private async Task<Step> RunAsync(AttemptSpec spec, string id, CancellationToken cancellationToken)
    {
        // Beside the start, which takes longer.
        var digest = DigestAsync(spec.Image, cancellationToken);
        try
        {
            await calls.AskAsync(
                $"starting container {spec.Name.ContainerOf(0)}",
                token => engine.Client.Containers.StartContainerAsync(id, new ContainerStartParameters(), token),
                Refusals.IsAboutTheContainer,
                cancellationToken);
            return new Step.Done(new StartResult.Started([id]) { ImageDigest = await digest });
        }
        catch (DockerApiException refusal) when (Refusals.IsMissingContainer(refusal))
        {
            return new Step.Gone();
        }
        catch (DockerApiException refusal)
        {
            await ClearAwayAsync(spec, id, cancellationToken);
            return new Step.Done(Refusals.Of(refusal, spec, options));
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

    /// <summary>What the image's content is known by; null if the engine does not say, which is no reason not to start.</summary>
    private async Task<string?> DigestAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            var found = await calls.AskAsync($"inspecting image {image}", token => engine.Client.Images.InspectImageAsync(image, token), static _ => true, cancellationToken);
            return found.RepoDigests is [var digest, ..] ? digest : found.ID;
        }
        catch (Exception e) when (e is DockerApiException or RuntimeUnavailableException)
        {
            log.DigestUnknown(e, image);
            return null;
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

    /// <summary>How far one try of a start has come.</summary>
    private abstract record Step
    {
        /// <summary>The machine lacks the image.</summary>
        public sealed record ImageMissing : Step;

        /// <summary>There is no container after all: try anew.</summary>
        public sealed record Gone : Step;

        /// <summary>The container is there and has not run.</summary>
        public sealed record Made(string Id) : Step;

        /// <summary>The start has its result.</summary>
        public sealed record Done(StartResult Result) : Step;
    }
}
