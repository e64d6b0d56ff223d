using System.Security.Claims;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Access;

/// <summary>Whom a door has let in: what it found about the caller, for all that answers behind it.</summary>
/// <param name="Caller">Whom the host has authenticated; or the peer on this machine.</param>
internal sealed record CallerFeature(ClaimsPrincipal Caller)
{
    /// <summary>The direct peer on this machine, of whom nothing else is known.</summary>
    public static CallerFeature Local { get; } = new(LocalPeer.Principal);
}
