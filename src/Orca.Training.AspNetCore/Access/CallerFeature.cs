using System.Security.Claims;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Access;

/// <summary>Whom a door has let in: what it found about the caller, for all that answers behind it.</summary>
/// <param name="Caller">Whom the host has authenticated; or the peer on this machine.</param>
/// <param name="IsHere">Whether it is on this machine for sure.</param>
internal sealed record CallerFeature(ClaimsPrincipal Caller, bool IsHere)
{
    /// <summary>The direct peer on this machine, of whom nothing else is known.</summary>
    public static CallerFeature Local { get; } = new(LocalPeer.Principal, IsHere: true);

    /// <summary>Somebody whom the host lets in without asking who it is.</summary>
    public static CallerFeature Anybody { get; } = new(LocalPeer.Principal, IsHere: false);
}
