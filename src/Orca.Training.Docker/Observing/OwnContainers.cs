using System.Collections.Concurrent;
using Docker.DotNet.Models;
using Orca.Training.Docker.Engine;
using Orca.Training.Jobs;

namespace Orca.Training.Docker.Observing;

/// <summary>
/// Which container is an attempt's. Names are only what makes a start happen once: people rename containers, so every later call is for the
/// id, which is known from the record, the start or a listing; and where it is not, one that is not found by its name is looked for by the
/// labels, which nobody can change.
/// </summary>
internal sealed class OwnContainers(EngineConnection engine, EngineCalls calls)
{
    // As many as the engine holds: a listing forgets the others.
    private readonly ConcurrentDictionary<AttemptName, string> _ids = new();

    /// <summary>A start made or found an attempt's container.</summary>
    public void Started(AttemptName attempt, string id) => _ids[attempt] = id;

    /// <summary>A container is gone: another one may be the attempt's.</summary>
    public void Forget(AttemptName attempt, string id) => _ids.TryRemove(KeyValuePair.Create(attempt, id));

    /// <summary>An event tells of an attempt's container.</summary>
    public void Seen(AttemptName attempt, string id) => _ids.TryAdd(attempt, id);

    /// <summary>The id, where it is known already.</summary>
    public string? IdOf(AttemptName attempt) => _ids.GetValueOrDefault(attempt);

    /// <summary>Takes in all containers of an application.</summary>
    public void Listed(IEnumerable<(AttemptName Attempt, ContainerListResponse Container)> containers)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        var oldest = new Dictionary<AttemptName, ContainerListResponse>();
        foreach (var (attempt, container) in containers)
        {
            present.Add(container.ID);
            if (!oldest.TryGetValue(attempt, out var other) || container.Created < other.Created)
            {
                oldest[attempt] = container;
            }
        }

        foreach (var (attempt, container) in oldest)
        {
            _ids.TryAdd(attempt, container.ID);
        }

        foreach (var known in _ids)
        {
            // Of one that was started while the listing was made, the next call finds it by its labels.
            if (!present.Contains(known.Value))
            {
                _ids.TryRemove(known);
            }
        }
    }

    /// <summary>Looks for an attempt's container by its labels; null if it has none. An image that somebody made of a container has its labels, and so have containers of that: the oldest is the attempt's.</summary>
    public async ValueTask<string?> FindAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        var found = await calls.AskAsync(
            $"looking for container {attempt.ContainerOf(0)}",
            token => engine.Client.Containers.ListContainersAsync(
                new ContainersListParameters { All = true, Filters = ContainerLabels.FilterOf(attempt, rank: 0) }, token),
            answers: null,
            cancellationToken);
        if (found.MinBy(c => c.Created)?.ID is not { } id)
        {
            return null;
        }

        return _ids.GetOrAdd(attempt, id);
    }
}
