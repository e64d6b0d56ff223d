using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Orca.Training.Bench.Overhead;

/// <summary>A container as the engine says that it made it.</summary>
internal sealed record MadeContainer(ContainerConfig Config, HostConfig Host)
{
    public static async Task<MadeContainer> InspectAsync(IDockerClient engine, string id, CancellationToken cancellationToken)
    {
        var container = await engine.Containers.InspectContainerAsync(id, cancellationToken);
        return container is { Config: { Env: not null, Labels: not null } config, HostConfig: { Mounts: not null } host }
            ? new MadeContainer(config, host)
            : throw new InvalidOperationException($"The engine does not say how container {id} was made.");
    }

    /// <summary>A copy of its settings with other folders mounted.</summary>
    public HostConfig HostWith(Func<Mount, string> sourceOf)
    {
        var copy = JsonSerializer.Deserialize<HostConfig>(JsonSerializer.Serialize(Host))!;
        foreach (var mount in copy.Mounts!)
        {
            mount.Source = sourceOf(mount);
        }

        return copy;
    }

    /// <summary>All that it must have in common with another to be the same for the engine.</summary>
    public string Describe() => JsonSerializer.Serialize(new
    {
        Host = HostWith(_ => ""),
        Config.Image,
        Config.User,
        Variables = Config.Env!.Select(v => v.Split('=')[0]).Order(),
        Labels = Config.Labels!.Keys.Order(),
    });
}
