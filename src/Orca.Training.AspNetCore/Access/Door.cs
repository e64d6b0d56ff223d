using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Orca.Training.AspNetCore.Access;

/// <summary>Which callers an endpoint accepts.</summary>
internal enum Door
{
    /// <summary>Local callers, whatever identity they present.</summary>
    ThisMachine,

    /// <summary>Callers who meet the host's authorization policy.</summary>
    Policy,

    /// <summary>Everyone who can reach it.</summary>
    Everyone,
}

/// <summary>The host's choice for an endpoint. Restrictions add up.</summary>
/// <param name="Door"><see cref="Door.ThisMachine"/> or <see cref="Door.Everyone"/>; a policy is metadata of the framework.</param>
internal sealed record DoorSaid(Door Door)
{
    public static DoorSaid ThisMachine { get; } = new(Door.ThisMachine);

    public static DoorSaid Everyone { get; } = new(Door.Everyone);
}

/// <summary>An endpoint of the training service.</summary>
/// <param name="MappedBy">The method that mapped it.</param>
/// <param name="IsHarmless">It says nothing about trainings, so <c>AllowAnonymous</c> is enough to open it.</param>
internal sealed record GuardedEndpoint(string MappedBy, bool IsHarmless)
{
    /// <summary>The host's choice; null for none.</summary>
    public Door? DoorOf(EndpointMetadataCollection metadata)
    {
        var said = metadata.GetOrderedMetadata<DoorSaid>();
        var allowsAnonymous = metadata.GetMetadata<IAllowAnonymous>() is not null;
        return
            said.Contains(DoorSaid.ThisMachine) ? Door.ThisMachine
            // The framework ignores all policies of an endpoint with AllowAnonymous, and throws if a policy is not enforced.
            : metadata.GetMetadata<IAuthorizeData>() is not null && !allowsAnonymous ? Door.Policy
            : said.Contains(DoorSaid.Everyone) || (IsHarmless && allowsAnonymous) ? Door.Everyone
            : null;
    }
}
