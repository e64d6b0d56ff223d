using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.AspNetCore.Access;
using Orca.Training.AspNetCore.CleartextHttp2;
using Orca.Training.AspNetCore.Connections;
using Orca.Training.AspNetCore.Downloads;
using Orca.Training.AspNetCore.Health;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Jobs.Storage;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the training service into a host.</summary>
public static class OrcaTrainingEndpointRouteBuilderExtensions
{
    // Which calls each host has made, as long as the host is there.
    private static readonly ConditionalWeakTable<IServiceProvider, ConcurrentDictionary<string, bool>> Mapped = [];

    /// <summary>
    /// Maps the training service's endpoints: gRPC, with or without TLS, on the host's ordinary ports, and downloads of what trainings left by HTTP
    /// below <c>/orca-training</c>. The host needs no <c>AddGrpc()</c>; if it has one, its settings hold.
    /// </summary>
    /// <remarks>
    /// Closed by default: only direct callers on the same machine are answered, and nobody else whom the host happens to know. Who else
    /// may call is said on what this returns, with <c>RequireAuthorization(policy)</c> and the host's own authentication; a submission then
    /// goes on record as the caller's. Pages of other sites are refused with any of it. With the host's own <c>AddGrpc()</c>, gRPC logs
    /// an information for each call that is refused; set the log level of <c>Grpc.AspNetCore.Server.ServerCallHandler</c> to Warning
    /// where that is too much.
    /// <para>
    /// Kestrel asks HTTP/2 connections that were silent for a minute whether anybody is there, unless the host has set
    /// <c>KestrelServerLimits.Http2.KeepAlivePingDelay</c> itself.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <returns>All the endpoints, for the host's conventions and for who may call.</returns>
    /// <exception cref="InvalidOperationException"><c>AddOrcaTraining()</c> is missing, or this was called before.</exception>
    public static OrcaTrainingEndpointConventionBuilder MapOrcaTraining(this IEndpointRouteBuilder endpoints)
    {
        var group = NewGroup(endpoints, typeof(ITrainingClientFactory), isHarmless: false);
        GrpcEndpoints.Map<TrainingGrpcService>(group);
        GrpcEndpoints.Map<RunGrpcService>(group);
        GrpcEndpoints.Map<ModelGrpcService>(group);
        GrpcEndpoints.Map<DatasetGrpcService>(group);
        DownloadEndpoints.Map(group);
        return new OrcaTrainingEndpointConventionBuilder(group);
    }

    /// <summary>
    /// Maps gRPC's standard health service, <c>grpc.health.v1.Health</c>, for the whole (<c>""</c>) and for
    /// <c>training.TrainingService</c>: not serving when the job store does not answer or the tracker is stopped, otherwise serving,
    /// also while a machine is away. Who watches is told within seconds of a change.
    /// </summary>
    /// <remarks>
    /// Closed by default like the service itself, and opened by itself: an orchestrator's probe comes from elsewhere and authenticates
    /// seldom, so <c>MapOrcaTrainingHealth().AllowAnonymous()</c>. It tells no more than serving or not. For pages and their details use
    /// <c>AddHealthChecks().AddOrcaTraining()</c>, and nothing else for a host that maps a gRPC health service of its own with
    /// <c>AddGrpcHealthChecks()</c>.
    /// </remarks>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <returns>The endpoints, for the host's conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>AddOrcaTraining()</c> is missing, or this was called before.</exception>
    public static IEndpointConventionBuilder MapOrcaTrainingHealth(this IEndpointRouteBuilder endpoints)
    {
        var group = NewGroup(endpoints, typeof(IJobStore), isHarmless: true);
        var check = endpoints.ServiceProvider.GetService<TrainingHealthCheck>() ?? ActivatorUtilities.CreateInstance<TrainingHealthCheck>(endpoints.ServiceProvider);
        group.WithMetadata(check);
        GrpcEndpoints.Map<TrainingGrpcHealth>(group);
        return group;
    }

    /// <summary>
    /// Maps gRPC's server reflection for the training service, so that tools such as grpcurl need no copy of the contract. Closed by
    /// default like the service itself, and opened by itself. A host that has <c>MapGrpcReflectionService()</c> already tells of this service there.
    /// </summary>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <returns>The endpoints, for the host's conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>AddOrcaTraining()</c> is missing, or this was called before.</exception>
    public static IEndpointConventionBuilder MapOrcaTrainingReflection(this IEndpointRouteBuilder endpoints)
    {
        var group = NewGroup(endpoints, typeof(ITrainingClientFactory), isHarmless: true);
        GrpcEndpoints.Map<TrainingReflection>(group);
        GrpcEndpoints.Map<TrainingReflectionV1Alpha>(group);
        return group;
    }

    private static RouteGroupBuilder NewGroup(
        IEndpointRouteBuilder endpoints, Type needed, bool isHarmless, [CallerMemberName] string call = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var host = endpoints.ServiceProvider;
        if (!host.GetRequiredService<IServiceProviderIsService>().IsService(needed))
        {
            throw new InvalidOperationException($"{call}() finds no training service to map: call builder.Services.AddOrcaTraining() first.");
        }

        var mapped = Mapped.GetOrCreateValue(host);
        if (!mapped.TryAdd(call, true))
        {
            // Twice the same endpoints would answer no call at all, and one of them might be open while the other is not.
            throw new InvalidOperationException($"{call}() was called before on this host: call it once, and put all conventions on what it returns.");
        }

        if (mapped.TryAdd(nameof(KestrelCleartextHttp2), true))
        {
            KestrelCleartextHttp2.Enable(host);
            DeadClients.Notice(host);
        }

        var group = endpoints.MapGroup("");
        ClosedByDefault.Guard(group, host, new GuardedEndpoint(call, isHarmless));
        return group;
    }
}
