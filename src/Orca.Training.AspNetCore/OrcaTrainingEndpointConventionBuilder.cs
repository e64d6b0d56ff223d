using Microsoft.AspNetCore.Routing;
using Orca.Training.AspNetCore.Access;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// The training service's endpoints, for the host's conventions. Among them is who may call, which is one of three: a policy of the host
/// (<c>RequireAuthorization(policy)</c>), <see cref="AllowThisMachineOnly"/>, or <see cref="AllowAnyoneToDoEverything"/>.
/// </summary>
/// <remarks>Everything that restricts holds: with a policy and this machine only, callers have to meet both.</remarks>
public sealed class OrcaTrainingEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly RouteGroupBuilder _group;

    internal OrcaTrainingEndpointConventionBuilder(RouteGroupBuilder group) => _group = group;

    /// <summary>
    /// Answers direct callers on this machine and nobody else, and lets them do everything. It is what holds as long as nothing is said;
    /// saying it ends the warning at start.
    /// </summary>
    /// <remarks>
    /// A direct caller connects from a loopback address to <c>localhost</c>, <c>127.0.0.1</c> or <c>[::1]</c> at the service's own port,
    /// and sends nothing that only proxies send; on Linux it also runs as the service's own user, or as root. All of them are
    /// anonymous, whomever the host knows them to be.
    /// </remarks>
    /// <returns>The endpoints.</returns>
    public OrcaTrainingEndpointConventionBuilder AllowThisMachineOnly()
    {
        _group.WithMetadata(DoorSaid.ThisMachine);
        return this;
    }

    /// <summary>
    /// Lets whoever reaches the host do everything without a sign-in: read and remove all trainings, models and datasets, and run
    /// containers. For a network in which everybody may do that.
    /// </summary>
    /// <returns>The endpoints.</returns>
    public OrcaTrainingEndpointConventionBuilder AllowAnyoneToDoEverything()
    {
        _group.WithMetadata(DoorSaid.Everyone);
        return this;
    }

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention) => ((IEndpointConventionBuilder)_group).Add(convention);

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention) => ((IEndpointConventionBuilder)_group).Finally(finallyConvention);
}
