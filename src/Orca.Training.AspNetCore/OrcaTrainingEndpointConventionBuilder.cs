using Microsoft.AspNetCore.Routing;
using Orca.Training.AspNetCore.Access;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// The endpoints of the training service. Use it to add conventions, and to choose who may call: <c>RequireAuthorization(policy)</c>,
/// <see cref="AllowThisMachineOnly"/>, or <see cref="AllowAnyoneToDoEverything"/>.
/// </summary>
/// <remarks>Restrictions combine: with a policy and <see cref="AllowThisMachineOnly"/>, a caller must meet both.</remarks>
public sealed class OrcaTrainingEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly RouteGroupBuilder _group;

    internal OrcaTrainingEndpointConventionBuilder(RouteGroupBuilder group) => _group = group;

    /// <summary>
    /// Accepts only local callers, who may do everything. This is the default; calling this method removes the warning at start.
    /// </summary>
    /// <remarks>
    /// A local caller connects from a loopback address to <c>localhost</c>, <c>127.0.0.1</c> or <c>[::1]</c> at the port of the service, and
    /// sends no header that a proxy may have added. On Linux it also runs as the user of the service, or as root. Local callers are anonymous,
    /// even if the host has authenticated them.
    /// </remarks>
    /// <returns>The endpoints.</returns>
    public OrcaTrainingEndpointConventionBuilder AllowThisMachineOnly()
    {
        _group.WithMetadata(DoorSaid.ThisMachine);
        return this;
    }

    /// <summary>
    /// Accepts everyone who can reach the host, without authentication. Callers may do everything: read and remove all trainings, models and
    /// datasets, and run containers. Use it only in a network where everyone may do that.
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
