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
internal sealed class ContainerEnds(EngineConnection engine, EngineCalls calls)
{
    // Ends do not change. KeepOnly forgets those that the engine no longer lists, which bounds this by what the engine holds.
    private readonly ConcurrentDictionary<(string Id, int ExitCode), End> known = new();

    // Containers of whose lack of memory an event told: the engine forgets it where it learns of the end first.
    private readonly ConcurrentDictionary<string, bool> _outOfMemory = new(StringComparer.Ordinal);

    // Ended by SIGTERM: somebody asked it to.
    private const int Terminated = 143;

    /// <summary>What is known of an end.</summary>
    /// <param name="ended">The container, ended; its exit code, where the list or the event says it.</param>
    /// <param name="cancellationToken">Gives the question up.</param>
    /// <returns>The same with all that can be known; null when the container is gone or never ran.</returns>
    public async Task<End?> CompleteAsync(ContainerObservation ended, CancellationToken cancellationToken)
    {
        if (ended.ExitCode == 0)
        {
            return new End(ended, IsCertain: true);
        }

        if (ended.ExitCode is { } code && known.TryGetValue((ended.Incarnation, code), out var earlier))
        {
            return WithMemory(earlier);
        }

        if (await InspectAsync(ended.Incarnation, cancellationToken) is not { State: { } state } container)
        {
            return null;
        }

        var exitCode = ended.ExitCode ?? (int)state.ExitCode;
        var complete = ended with
        {
            ExitCode = exitCode,
            OutOfMemory = state.OOMKilled,
            MemoryLimit = container.HostConfig?.Memory,
            Detail = DetailOf(exitCode, state.Error),
        };
        var isLimited = container.HostConfig?.Memory > 0;
        var end = known[(ended.Incarnation, exitCode)] = new End(complete, !isLimited || state.OOMKilled || exitCode == Terminated);
        return WithMemory(end);
    }

    /// <summary>Takes an event's word for it that a container ran out of memory.</summary>
    public void RanOutOfMemory(string id) => _outOfMemory[id] = true;

    /// <summary>Forgets the ends of containers that are no longer there.</summary>
    public void KeepOnly(IReadOnlySet<string> ids)
    {
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

    private End WithMemory(End end) => _outOfMemory.ContainsKey(end.Observation.Incarnation)
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

    private static string? DetailOf(int exitCode, string error) => (exitCode, error) switch
    {
        (_, { Length: > 0 }) => EngineWords.Shorten(error),

        // With an init process a command that is missing is no failed start: init reports it as shells do.
        (126, _) => "exit code 126 mostly means that the command could not be executed",
        (127, _) => "exit code 127 mostly means that a command is missing in the image",
        _ => null,
    };
}

/// <summary>How a container ended.</summary>
/// <param name="Observation">What is known.</param>
/// <param name="IsCertain">Whether that can no longer change; what may be missing is that memory ran out.</param>
internal readonly record struct End(ContainerObservation Observation, bool IsCertain);
