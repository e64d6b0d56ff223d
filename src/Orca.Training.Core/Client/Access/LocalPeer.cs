using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>
/// A local caller: an operator without a name. It is created only after the connection was checked; no token and no claim can imitate it. If the
/// host accepts everyone, all other callers are treated the same, each with its own origin.
/// </summary>
internal static class LocalPeer
{
    /// <summary>Where it calls from.</summary>
    public const string Origin = "this machine";

    public static ClaimsPrincipal Principal { get; } = new(new LocalIdentity());

    public static bool Is(ClaimsPrincipal caller) => caller.Identity is LocalIdentity;

    private sealed class LocalIdentity() : ClaimsIdentity("this machine");
}
