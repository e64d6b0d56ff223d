using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Orca.Training.Bench.Overhead;

/// <summary>
/// What the raw way asks the engine for: what the SDK asked it for, read back from one of its containers. So both containers have the
/// same hardening, limits, mounts, log driver, labels and variables, now and after the SDK's change.
/// </summary>
/// <param name="sdk">A container that the SDK made.</param>
/// <param name="places">What stands in for the SDK's folders of the attempt, by the path in the container.</param>
internal sealed class ContainerTemplate(MadeContainer sdk, IReadOnlyDictionary<string, string> places)
{
    /// <param name="application">The raw containers' own name, so that the SDK does not take them for its own.</param>
    /// <param name="number">Stands in for the job's.</param>
    public CreateContainerParameters For(string application, long number)
    {
        var job = number.ToString(CultureInfo.InvariantCulture);
        return new CreateContainerParameters
        {
            Name = $"{application}-{job}",
            Image = sdk.Config.Image,
            Cmd = ["true"],
            Env = [.. sdk.Config.Env!.Select(v => v.StartsWith("ORCA_JOB_ID=", StringComparison.Ordinal) ? $"ORCA_JOB_ID={job}" : v)],
            Labels = new Dictionary<string, string>(sdk.Config.Labels!) { ["orca.application"] = application, ["orca.job"] = job },
            User = sdk.Config.User,
            HostConfig = Host,
        };
    }

    /// <summary>Makes one container and looks whether the engine took it for the same.</summary>
    public async Task CheckAsync(IDockerClient engine, string application, CancellationToken cancellationToken)
    {
        var made = await engine.Containers.CreateContainerAsync(For(application, 0), cancellationToken);
        try
        {
            var (ours, theirs) = (sdk.Describe(), (await MadeContainer.InspectAsync(engine, made.ID, cancellationToken)).Describe());
            if (ours != theirs)
            {
                throw new InvalidOperationException($"The two containers are not the same, and cannot be compared.\nSDK: {ours}\nraw: {theirs}");
            }
        }
        finally
        {
            await engine.Containers.RemoveContainerAsync(made.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }
    }

    private HostConfig Host { get; } = sdk.HostWith(mount => places[mount.Target ?? ""]);
}
