using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Orca.Training.AspNetCore.Access;

/// <summary>Whom an endpoint answers.</summary>
internal enum Door
{
    /// <summary>Direct callers on this machine, whoever they say they are.</summary>
    ThisMachine,

    /// <summary>Whom the host's authorization lets in.</summary>
    Policy,

    /// <summary>Whoever reaches it.</summary>
    Everyone,
}

/// <summary>What the host said of an endpoint's door. Everything that restricts holds, whatever else was said.</summary>
/// <param name="Door"><see cref="Door.ThisMachine"/> or <see cref="Door.Everyone"/>; a policy is the host's own metadata.</param>
internal sealed record DoorSaid(Door Door)
{
    public static DoorSaid ThisMachine { get; } = new(Door.ThisMachine);

    public static DoorSaid Everyone { get; } = new(Door.Everyone);
}

/// <summary>An endpoint of the training service.</summary>
/// <param name="MappedBy">The call that mapped it.</param>
/// <param name="IsHarmless">It tells nothing of trainings, so that the framework's own word for everybody is enough.</param>
internal sealed record GuardedEndpoint(string MappedBy, bool IsHarmless)
{
    /// <summary>Null: nobody has said.</summary>
    public Door? DoorOf(EndpointMetadataCollection metadata)
    {
        var said = metadata.GetOrderedMetadata<DoorSaid>();
        var allowsAnonymous = metadata.GetMetadata<IAllowAnonymous>() is not null;
        return
            said.Contains(DoorSaid.ThisMachine) ? Door.ThisMachine
            // The framework skips every policy of an endpoint that allows anonymous callers, and throws where it does not enforce one.
            : metadata.GetMetadata<IAuthorizeData>() is not null && !allowsAnonymous ? Door.Policy
            : said.Contains(DoorSaid.Everyone) || (IsHarmless && allowsAnonymous) ? Door.Everyone
            : null;
    }
}
