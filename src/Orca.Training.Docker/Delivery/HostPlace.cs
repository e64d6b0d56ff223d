namespace Orca.Training.Docker.Delivery;

/// <summary>Where the host process runs as seen from the engine, as far as it decides how folders reach containers.</summary>
internal static class HostPlace
{
    private const string Mounts = "/proc/self/mountinfo";

    // Where rootless engines listen: each user's own folder.
    private const string UserSockets = "/run/user/";

    /// <summary>
    /// What is right when nothing is set: an engine that shares this machine's folders and users mounts them, any other gets copies. A
    /// rootless one gives containers users of its own making, whose files the host could neither read nor delete.
    /// </summary>
    public static FolderDelivery DeliveryFor(Uri endpoint) =>
        endpoint.Scheme == "unix" && !endpoint.LocalPath.StartsWith(UserSockets, StringComparison.Ordinal) && !IsEngineOutside(endpoint)
            ? FolderDelivery.Mount
            : FolderDelivery.Copy;

    /// <summary>
    /// Whether this process runs in a container and the engine outside: then the engine's socket was mounted into the container. That
    /// a process runs in one is not enough to know, since the engine may run in the same.
    /// </summary>
    public static bool IsEngineOutside(Uri endpoint) =>
        endpoint.Scheme == "unix" && File.Exists(Mounts) && IsMounted(RealPath(endpoint.LocalPath), File.ReadLines(Mounts));

    /// <summary>Looks a path up among the kernel's mounts, of which the fifth field is the place.</summary>
    internal static bool IsMounted(string path, IEnumerable<string> mounts) =>
        mounts.Any(line => line.Split(' ') is { Length: > 5 } fields && fields[4].Replace("\\040", " ", StringComparison.Ordinal) == path);

    /// <summary>The kernel's list knows no links, and /var/run mostly is one.</summary>
    private static string RealPath(string socket)
    {
        var folder = Path.GetDirectoryName(socket) ?? "/";
        var real = Directory.Exists(folder) ? Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName : null;
        return Path.Combine(real ?? folder, Path.GetFileName(socket));
    }
}
