using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>
/// The direct peer on the host's own machine, as a caller: an operator without a name. A door makes it after it has looked at the connection; no
/// token and no claim can be one. Where a host lets in everybody, the others are taken for it too, each with where it calls from.
/// </summary>
internal static class LocalPeer
{
    /// <summary>Where it calls from.</summary>
    public const string Origin = "this machine";

    public static ClaimsPrincipal Principal { get; } = new(new LocalIdentity());

    public static bool Is(ClaimsPrincipal caller) => caller.Identity is LocalIdentity;

    private sealed class LocalIdentity() : ClaimsIdentity("this machine");
}
