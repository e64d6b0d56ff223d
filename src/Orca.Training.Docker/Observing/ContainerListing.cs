using System.Globalization;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Docker.Engine;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Observing;

/// <summary>The truth: what the engine has of an application, in one call and one more for each new end that was no success.</summary>
internal sealed class ContainerListing(EngineConnection engine, EngineCalls calls, ContainerEnds ends, OwnContainers own, string machine, ILogger log)
{
    private const int InspectsAtATime = 4;

    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(string application, CancellationToken cancellationToken)
    {
        var listed = await calls.AskAsync(
            "listing containers",
            token => engine.Client.Containers.ListContainersAsync(
                new ContainersListParameters { All = true, Filters = ContainerLabels.FilterOf(application) }, token),
            answers: null,
            cancellationToken);

        own.Listed(listed.Select(c => (ContainerLabels.TryRead(c.Labels, out var attempt, out _), attempt, c)).Where(c => c.Item1).Select(c => (c.attempt, c.c)));
        var observations = new ContainerObservation?[listed.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, listed.Count),
            new ParallelOptions { MaxDegreeOfParallelism = InspectsAtATime, CancellationToken = cancellationToken },
            async (i, token) => observations[i] = await ObserveAsync(listed[i], token));

        ends.KeepOnly(listed.Select(c => c.ID).ToHashSet(StringComparer.Ordinal));
        return [.. observations.OfType<ContainerObservation>()];
    }

    /// <summary>Null for what is gone meanwhile, and for what names no attempt.</summary>
    private async ValueTask<ContainerObservation?> ObserveAsync(ContainerListResponse container, CancellationToken cancellationToken)
    {
        if (!ContainerLabels.TryRead(container.Labels, out var attempt, out var rank))
        {
            log.Unlabelled(machine, container.ID);
            return null;
        }

        var observation = new ContainerObservation
        {
            Attempt = attempt,
            Rank = rank,
            Incarnation = container.ID,
            State = StateOf(container.State),
        };
        return observation.State == ContainerState.Ended
            ? (await ends.CompleteAsync(observation with { ExitCode = ExitCodeOf(container.Status) }, cancellationToken))?.Observation
            : observation;
    }

    /// <summary>The engine's words for states; what is being removed has ended, and can mostly still be read.</summary>
    internal static ContainerState StateOf(string state) => state switch
    {
        "created" => ContainerState.Created,
        "running" or "paused" or "restarting" => ContainerState.Running,
        _ => ContainerState.Ended,
    };

    /// <summary>Reads "Exited (137) 5 minutes ago"; null for any other status.</summary>
    internal static int? ExitCodeOf(string? status)
    {
        const string Start = "Exited (";
        if (status?.StartsWith(Start, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var end = status.IndexOf(')', Start.Length);
        return end > 0 && int.TryParse(status.AsSpan(Start.Length, end - Start.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code)
            ? code
            : null;
    }
}
