using System.Globalization;
using Docker.DotNet.Models;
using Orca.Training.Docker.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Starting;

/// <summary>Turns an attempt into what the engine is asked to make. Pure: the hardening of every container stands here and nowhere else.</summary>
internal static class ContainerSpec
{
    private const long MiB = 1024 * 1024;

    public static CreateContainerParameters Of(AttemptSpec spec, int rank, DockerOptions options, string user) => new()
    {
        Name = spec.Name.ContainerOf(rank),
        Image = spec.Image,
        Cmd = spec.Command.Count == 0 ? null! : [.. spec.Command],
        Env = [.. spec.Environment.Select(v => $"{v.Key}={v.Value}")],
        Labels = ContainerLabels.Of(spec, rank),
        User = user,
        HostConfig = HostOf(spec, options),
    };

    private static HostConfig HostOf(AttemptSpec spec, DockerOptions options) => new()
    {
        NetworkMode = options.Network,
        Init = options.Init,
        ReadonlyRootfs = true,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges:true"],
        IpcMode = "private",
        PidsLimit = options.PidsLimit,
        ShmSize = options.ShmMiB * MiB,

        // Executable, unlike the engine's default: training frameworks compile code into /tmp and load it, and keeping them from it
        // would protect nothing, since a training may write and run programs in its output folder anyway.
        Tmpfs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["/tmp"] = string.Create(CultureInfo.InvariantCulture, $"rw,exec,nosuid,nodev,mode=1777,size={options.TmpfsMiB}m"),
        },

        // With a memory limit alone the engine allows the same again in swap.
        Memory = spec.Limits.MemoryBytes,
        MemorySwap = spec.Limits.MemoryBytes,
        NanoCPUs = (long)Math.Round(spec.Limits.Cpus * 1e9),
        DeviceRequests = spec.Limits.Gpus == 0
            ? null!
            : [new DeviceRequest { Count = spec.Limits.Gpus, Capabilities = [["gpu"]] }],

        // "mounts" and not "binds": with those the engine makes a missing folder, empty and owned by root, and the training reads that.
        Mounts = [.. spec.Mounts.Select(m => new Mount
        {
            Type = "bind",
            Source = m.HostPath,
            Target = m.ContainerPath,
            ReadOnly = m.IsReadOnly,
        })],

        // The engine's own settings for this driver would be merged in. Rotation and the non-blocking mode drop lines without a
        // word, and lines carry metrics: so both are set to what never does. The file goes with the container.
        LogConfig = new LogConfig
        {
            Type = "json-file",
            Config = new Dictionary<string, string>(StringComparer.Ordinal) { ["max-size"] = "1p", ["mode"] = "blocking" },
        },

        // A container that started anew by itself would run unobserved and write over its results.
        RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
    };
}
