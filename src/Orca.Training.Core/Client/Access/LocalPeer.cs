using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>
/// The direct peer on the host's own machine, as a caller. A door makes it after it has looked at the connection; no token and no claim can be one.
/// </summary>
internal static class LocalPeer
{
    public static ClaimsPrincipal Principal { get; } = new(new LocalIdentity());

    public static bool Is(ClaimsPrincipal caller) => caller.Identity is LocalIdentity;

    private sealed class LocalIdentity() : ClaimsIdentity("this machine");
}
