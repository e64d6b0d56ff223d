using System.Globalization;

namespace Orca.Training.Docker;

/// <summary>Whom containers run as when nothing is set.</summary>
internal static class HostUser
{
    /// <summary>A user that owns nothing: the number that images without a shell use for it.</summary>
    public const string Nobody = "65532:65532";

    private const string ProcessStatus = "/proc/self/status";

    /// <summary>The host process's own user and group, or <see cref="Nobody"/> for root and where there are no such numbers.</summary>
    public static string Default() =>
        OperatingSystem.IsLinux() && !Environment.IsPrivilegedProcess && File.Exists(ProcessStatus)
            ? Parse(File.ReadLines(ProcessStatus))
            : Nobody;

    /// <summary>
    /// Why containers of a user cannot use mounted folders of this host: those are its own user's alone, unless that is root, who opens them to
    /// the containers. Null if they can.
    /// </summary>
    public static string? FolderFault(string user, string host, bool isRoot) =>
        isRoot || user.Split(':')[0] == host.Split(':')[0]
            ? null
            : $"runs trainings as {user} (DockerOptions.User), which can neither read nor write the folders of this host, which runs as {host}: leave User out, or set Delivery to Copy.";

    /// <summary>Reads the effective numbers, the second of the four in the kernel's lines <c>Uid:</c> and <c>Gid:</c>.</summary>
    public static string Parse(IEnumerable<string> status)
    {
        uint? user = null, group = null;
        foreach (var line in status)
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 5 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var effective))
            {
                user = fields[0] == "Uid:" ? effective : user;
                group = fields[0] == "Gid:" ? effective : group;
            }
        }

        return user is > 0 && group is not null ? string.Create(CultureInfo.InvariantCulture, $"{user}:{group}") : Nobody;
    }
}
