using System.Net;
using Docker.DotNet;
using Orca.Training.Docker.Engine;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Text;

namespace Orca.Training.Docker.Starting;

/// <summary>
/// What a refusal to make or start a container means for the job. The engine has few status codes for many causes, so its words
/// are read too; what nobody recognises keeps the status code's meaning.
/// </summary>
internal static class Refusals
{
    private static readonly string[] NoRoom =
        ["no space left on device", "cannot allocate memory", "too many open files", "resource temporarily unavailable"];

    // The container itself could not be set up: the engine is well, and the next try would end the same way.
    private static readonly string[] Setup =
        ["OCI runtime", "failed to create shim", "failed to create task", "error mounting", "error while creating mount source"];

    private static readonly string[] Command =
        ["executable file not found", "no such file or directory", "permission denied", "is a directory", "not a directory", "exec format error"];

    /// <summary>Whether the answer speaks of this container, rather than of an engine in trouble.</summary>
    public static bool IsAboutTheContainer(DockerApiException refusal) =>
        (int)refusal.StatusCode < 500 || IsNameTaken(refusal) || Meaning(refusal) is not null;

    /// <summary>Asked of a refusal to make a container. Podman has no status code of its own for it.</summary>
    public static bool IsNameTaken(DockerApiException refusal) =>
        refusal.StatusCode == HttpStatusCode.Conflict || Says(refusal, "that name is already in use");

    /// <summary>Asked of a refusal to make a container.</summary>
    public static bool IsMissingImage(DockerApiException refusal) =>
        refusal.StatusCode == HttpStatusCode.NotFound && Meaning(refusal) is null;

    public static bool IsMissingContainer(DockerApiException refusal) =>
        refusal.StatusCode == HttpStatusCode.NotFound && Says(refusal, "no such container");

    /// <summary>What the tracker is told.</summary>
    public static StartResult Of(DockerApiException refusal, AttemptSpec spec, DockerOptions options)
    {
        // The folders of this host are nothing that a caller should learn; paths in the container are what it has to know.
        var words = spec.Mounts.Aggregate(EngineWords.Of(refusal), static (text, mount) => text.Replace(mount.HostPath, "…", StringComparison.Ordinal));
        return (Meaning(refusal), refusal.StatusCode) switch
        {
            (Cause.NoRoom, _) => new StartResult.Deferred($"The machine has no capacity for the container now ({HostPaths.Without(words)})."),
            (Cause.Gpu, _) => Failed(
                OutcomeCode.InvalidSpec,
                $"The job asks for {spec.Limits.Gpus} GPU(s), which the Docker Engine cannot provide. Check that the container toolkit of the GPU vendor is installed ({words})"),
            (Cause.Network, _) => Failed(
                OutcomeCode.LaunchFailed,
                $"The network '{options.Network}' (DockerOptions.Network) does not exist on the machine. Create it with 'docker network create', or set another one."),
            (Cause.Name, _) => Failed(OutcomeCode.InvalidSpec, $"'{spec.Image}' is not the name of an image ({words})."),
            (Cause.Mount, _) => Failed(
                OutcomeCode.InvalidSpec,
                $"The Docker Engine cannot see or cannot mount a folder of the container ({HostPaths.Without(words)}). If this host runs in a container, or on another machine than the engine, set DockerOptions.Delivery to Copy."),
            (Cause.Command, _) => Failed(
                OutcomeCode.InvalidSpec,
                $"The command {CommandOf(spec)} cannot be run in the image '{spec.Image}': it is missing there, is not a program, or is a script whose interpreter is missing, for example because of Windows line endings (CRLF) ({words})."),
            (Cause.Setup, _) => Failed(OutcomeCode.LaunchFailed, $"The container could not be set up ({words})."),
            (_, HttpStatusCode.BadRequest) => Failed(
                OutcomeCode.InvalidSpec,
                $"The Docker Engine refuses a setting of the job or its algorithm ({words})."),
            _ => Failed(OutcomeCode.LaunchFailed, $"The container could not be started ({words})."),
        };
    }

    public static StartResult Failed(OutcomeCode code, string message) => new StartResult.Failed(new Outcome(code, message));

    private static Cause? Meaning(DockerApiException refusal)
    {
        // The order matters: a missing mount source and a missing program both say "no such file".
        if (NoRoom.Any(w => Says(refusal, w)))
        {
            return Cause.NoRoom;
        }

        if (Says(refusal, "could not select device driver"))
        {
            return Cause.Gpu;
        }

        if (Says(refusal, "network not found") || (refusal.StatusCode == HttpStatusCode.NotFound && Says(refusal, "network")))
        {
            return Cause.Network;
        }

        if (Says(refusal, "invalid reference format"))
        {
            return Cause.Name;
        }

        if (Says(refusal, "bind source path") || Says(refusal, "invalid mount config") || Says(refusal, "error mounting"))
        {
            return Cause.Mount;
        }

        if ((refusal.StatusCode == HttpStatusCode.BadRequest || Says(refusal, "unable to start container process")) && Command.Any(w => Says(refusal, w)))
        {
            return Cause.Command;
        }

        return Setup.Any(w => Says(refusal, w)) ? Cause.Setup : null;
    }

    private static bool Says(DockerApiException refusal, string words) =>
        refusal.ResponseBody?.Contains(words, StringComparison.OrdinalIgnoreCase) == true;

    private static string CommandOf(AttemptSpec spec) => spec.Command.Count == 0 ? "of the image" : $"'{spec.Command[0]}'";

    private enum Cause
    {
        NoRoom,
        Gpu,
        Network,
        Name,
        Mount,
        Command,
        Setup,
    }
}
