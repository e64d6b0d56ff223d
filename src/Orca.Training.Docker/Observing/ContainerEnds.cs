using System.Collections.Concurrent;
using Docker.DotNet;
using Docker.DotNet.Models;
using Orca.Training.Docker.Engine;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Observing;

/// <summary>
/// How containers ended. The exit code comes with lists and events; whether memory ran out, and what the engine itself says,
/// must be asked for each container. So it is asked only where the code is not 0, and once.
/// </summary>
internal sealed class ContainerEnds(EngineConnection engine, EngineCalls calls, SentSignals sent, ToldEnds told, EngineMemory memory, StartedScripts scripts)
{
    // Ends do not change. KeepOnly forgets those that the engine no longer lists, which bounds this by what the engine holds.
    private readonly ConcurrentDictionary<(string Id, int ExitCode), End> known = new();

    // Containers of whose lack of memory an event told: the engine forgets it where it learns of the end first.
    private readonly ConcurrentDictionary<string, bool> _outOfMemory = new(StringComparer.Ordinal);

    // Ended by SIGTERM: somebody asked it to.
    private const int Terminated = Signals.FirstExitCode + Signals.Terminate;

    /// <summary>What is known of an end.</summary>
    /// <param name="ended">The container, ended; its exit code, where the list or the event says it.</param>
    /// <param name="cancellationToken">Gives the question up.</param>
    /// <returns>The same with all that can be known; null when the container is gone or never ran.</returns>
    public async Task<End?> CompleteAsync(ContainerObservation ended, CancellationToken cancellationToken)
    {
        var id = ended.Incarnation;
        // Events come in their order: who has heard of both start and end has heard of what came between.
        var isWitnessed = sent.IsFollowed(id) && told.Has(id);
        if (ended.ExitCode is { } code && known.TryGetValue((id, code), out var earlier))
        {
            return WithMemory(earlier);
        }

        if (ended.ExitCode == 0 && isWitnessed && sent.Of(id) is null)
        {
            return known[(id, 0)] = new End(ended, IsCertain: true);
        }

        if (await InspectAsync(id, cancellationToken) is not { State: { } state } container)
        {
            return null;
        }

        var exitCode = ended.ExitCode ?? (int)state.ExitCode;
        var signal = sent.Of(id) ?? (isWitnessed ? null : await memory.SignalOfAsync(id, exitCode, cancellationToken));
        var complete = ended with
        {
            ExitCode = exitCode,
            OutOfMemory = exitCode != 0 && state.OOMKilled,
            MemoryLimit = container.HostConfig?.Memory,
            Detail = string.IsNullOrEmpty(state.Error) ? null : EngineWords.Shorten(state.Error),
            Signal = signal is { } number && IsEnd(number, exitCode, container.Config?.StopSignal) ? number : null,
        };
        var isLimited = container.HostConfig?.Memory > 0;
        var isCertain = !isLimited || exitCode is 0 or Terminated || state.OOMKilled;
        var end = known[(id, exitCode)] = new End(await scripts.ExplainAsync(complete, container, cancellationToken), isCertain);
        return WithMemory(end);
    }

    /// <summary>Takes an event's word for it that a container ran out of memory.</summary>
    public void RanOutOfMemory(string id) => _outOfMemory[id] = true;

    /// <summary>Forgets the ends of containers that are no longer there.</summary>
    public void KeepOnly(IReadOnlySet<string> ids)
    {
        sent.KeepOnly(ids);
        memory.KeepOnly(ids);
        foreach (var key in known.Keys)
        {
            if (!ids.Contains(key.Id))
            {
                known.TryRemove(key, out _);
            }
        }

        foreach (var id in _outOfMemory.Keys)
        {
            if (!ids.Contains(id))
            {
                _outOfMemory.TryRemove(id, out _);
            }
        }
    }

    private End WithMemory(End end) => end.Observation.ExitCode != 0 && _outOfMemory.ContainsKey(end.Observation.Incarnation)
        ? new End(end.Observation with { OutOfMemory = true }, IsCertain: true)
        : end;

    /// <summary>A container that has run; null when it is gone or never ran.</summary>
    private async Task<ContainerInspectResponse?> InspectAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var container = await calls.AskAsync(
                $"inspecting container {id}",
                token => engine.Client.Containers.InspectContainerAsync(id, token),
                answers: static refusal => refusal is DockerContainerNotFoundException,
                cancellationToken);

            // The engine's zero time: it was never started.
            return container.State?.StartedAt.StartsWith("0001-", StringComparison.Ordinal) == false ? container : null;
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether a signal that was sent is what ended it: it asks to end, the image says so of it, or the exit code does.</summary>
    private static bool IsEnd(int signal, int exitCode, string? stopSignal) =>
        Signals.MeansEnd(signal) || exitCode == Signals.FirstExitCode + signal || Signals.Parse(stopSignal) == signal;
}

/// <summary>How a container ended.</summary>
/// <param name="Observation">What is known.</param>
/// <param name="IsCertain">Whether that can no longer change; what may be missing is that memory ran out.</param>
internal readonly record struct End(ContainerObservation Observation, bool IsCertain);
