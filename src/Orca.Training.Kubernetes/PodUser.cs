using System.Globalization;
using System.Runtime.InteropServices;

namespace Orca.Training.Kubernetes;

/// <summary>Whom a pod's processes run as.</summary>
internal readonly partial record struct PodUser(long User, long Group)
{
    /// <summary>A user that owns nothing: the number that images without a shell use for it.</summary>
    public static readonly PodUser Nobody = new(65532, 65532);

    /// <summary>What the options say, and where they say nothing, whoever can read what the pods mount.</summary>
    public static PodUser Of(KubernetesOptions options) =>
        options.User is { } text && TryParse(text, out var user) ? user
        : options.HostPathMounts && OperatingSystem.IsLinux() && !Environment.IsPrivilegedProcess ? new PodUser(EffectiveUser(), EffectiveGroup())
        : Nobody;

    // Names are refused: which number they stand for is the image's to say, so they could be root.
    public static bool TryParse(string text, out PodUser user)
    {
        var parts = text.Split(':');
        var isRight = uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != 0;
        var group = id;
        isRight &= parts.Length == 1
            || (parts.Length == 2 && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out group));
        user = new PodUser(id, group);
        return isRight;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();
}
