using System.Globalization;
using Docker.DotNet.Models;
using Orca.Training.Docker.Delivery;
using Orca.Training.Docker.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Starting;

/// <summary>Turns an attempt into what the engine is asked to make. Pure: the hardening of every container stands here and nowhere else.</summary>
internal static class ContainerSpec
{
    public static CreateContainerParameters Of(AttemptSpec spec, int rank, DockerOptions options, FolderDelivery delivery, string user) => new()
    {
        Name = spec.Name.ContainerOf(rank),
        Image = spec.Image,
        Cmd = spec.Command.Count == 0 ? null! : [.. spec.Command],
        Env = [.. EnvironmentOf(spec)],
        Labels = ContainerLabels.Of(spec, rank),
        User = user,
        HostConfig = HostOf(spec, rank, options, delivery),
    };

    private static HostConfig HostOf(AttemptSpec spec, int rank, DockerOptions options, FolderDelivery delivery) => new()
    {
        NetworkMode = options.Network,
        Init = options.Init,
        ReadonlyRootfs = true,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges:true"],
        IpcMode = "private",
        PidsLimit = options.PidsLimit,
        ShmSize = SharedMemory.BytesOf(spec, options.ShmMiB),

        // Executable, unlike the engine's default: training frameworks compile code into /tmp and load it, and keeping them from it
        // would protect nothing, since a training may write and run programs in its output folder anyway.
        Tmpfs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["/tmp"] = Tmpfs(options.TmpfsMiB),
            [ContainerHome.Path] = Tmpfs(options.HomeMiB),
        },

        // With a memory limit alone the engine allows the same again in swap.
        Memory = spec.Limits.MemoryBytes,
        MemorySwap = spec.Limits.MemoryBytes,
        NanoCPUs = (long)Math.Round(spec.Limits.Cpus * 1e9),
        DeviceRequests = spec.Limits.Gpus == 0
            ? null!
            : [new DeviceRequest { Count = spec.Limits.Gpus, Capabilities = [["gpu"]] }],

        Mounts = delivery == FolderDelivery.Mount
            ? [.. spec.Mounts.Select(HostFolder)]
            : [.. spec.Mounts.Select(CopiedFolder.VolumeOf).Distinct().Select(place => OwnVolume(place, spec, rank))],

        // The engine's own settings for this driver would be merged in. The non-blocking mode drops lines without a word, and lines carry
        // metrics. The files go with the container; until then a training that prints without end must not fill the disk, so that of
        // very many lines the oldest are let go of, and whoever reads looks whether that has happened before he came to them.
        LogConfig = new LogConfig
        {
            Type = "json-file",
            Config = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["max-size"] = string.Create(CultureInfo.InvariantCulture, $"{options.LogFileMiB}m"),
                ["max-file"] = options.LogFiles.ToString(CultureInfo.InvariantCulture),
                ["mode"] = "blocking",
            },
        },

        // A container that started anew by itself would run unobserved and write over its results.
        RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
    };

    private static string Tmpfs(int mebibytes) => string.Create(CultureInfo.InvariantCulture, $"rw,exec,nosuid,nodev,mode=1777,size={mebibytes}m");

    // "mounts" and not "binds": with those the engine makes a missing folder, empty and owned by root, and the training reads that.
    private static Mount HostFolder(FolderMount folder) => new()
    {
        Type = "bind",
        Source = folder.HostPath,
        Target = folder.ContainerPath,
        ReadOnly = folder.IsReadOnly,
    };

    /// <summary>
    /// A volume without a name, which goes with its container. It is never mounted read-only, since the engine copies into none that is:
    /// what may only be read belongs to root.
    /// </summary>
    private static Mount OwnVolume(string place, AttemptSpec spec, int rank) => new()
    {
        Type = "volume",
        Target = place,
        VolumeOptions = new VolumeOptions { NoCopy = true, Labels = ContainerLabels.Of(spec, rank) },
    };

    private static IEnumerable<string> EnvironmentOf(AttemptSpec spec)
    {
        // Images for GPUs ask for all of them, and a GPU runtime that is the engine's default obeys, whatever the job may use.
        var variables = ContainerHome.EnvironmentOf(spec).Select(v => $"{v.Key}={v.Value}");
        return spec.Limits.Gpus == 0 ? variables.Append("NVIDIA_VISIBLE_DEVICES=void") : variables;
    }
}
