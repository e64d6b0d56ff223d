using System.Security.Claims;
using Orca.Training.Client;

namespace Orca.Training.Grpc.Tests.Support;

/// <summary>Callers as a host knows them.</summary>
internal static class Callers
{
    /// <summary>A caller whom the host has given a name; null for the peer on its own machine.</summary>
    public static ClaimsPrincipal Named(string? user) => user is null ? LocalPeer.Principal : With(new Claim(ClaimTypes.Name, user));

    /// <summary>An authenticated caller.</summary>
    public static ClaimsPrincipal With(params Claim[] claims) => new(new ClaimsIdentity(claims, "test"));
}
