using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.AspNetCore.Access;
using Orca.Training.AspNetCore.CleartextHttp2;
using Orca.Training.AspNetCore.Connections;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the training service into a host.</summary>
public static class OrcaTrainingEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the training service's endpoints: gRPC, with or without TLS, on the host's ordinary ports. The host needs no
    /// <c>AddGrpc()</c>; if it has one, its settings hold.
    /// </summary>
    /// <remarks>
    /// Closed by default: as long as the host authenticates nobody, only callers on the same machine are answered. Open it with
    /// <c>MapOrcaTraining().RequireAuthorization()</c> and the host's own authentication. A reverse proxy on the same machine that adds
    /// no forwarding header looks like a local caller: let it authenticate, or add the header.
    /// <para>
    /// Kestrel asks HTTP/2 connections that were silent for a minute whether anybody is there, unless the host has set
    /// <c>KestrelServerLimits.Http2.KeepAlivePingDelay</c> itself.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <returns>All the endpoints, for the host's conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>AddOrcaTraining()</c> is missing.</exception>
    public static IEndpointConventionBuilder MapOrcaTraining(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (!endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(ITrainingClient)))
        {
            throw new InvalidOperationException("MapOrcaTraining() finds no training service to map: call builder.Services.AddOrcaTraining() first.");
        }

        KestrelCleartextHttp2.Enable(endpoints.ServiceProvider);
        DeadClients.Notice(endpoints.ServiceProvider);
        var group = endpoints.MapGroup("");
        GrpcEndpoints.Map(group);
        ClosedByDefault.Guard(group, endpoints.ServiceProvider);
        return group;
    }
}
