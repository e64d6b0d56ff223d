using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.AspNetCore.Access;
using Orca.Training.AspNetCore.CleartextHttp2;
using Orca.Training.AspNetCore.Connections;
using Orca.Training.AspNetCore.Dashboard;
using Orca.Training.AspNetCore.Downloads;
using Orca.Training.AspNetCore.Health;
using Orca.Training.AspNetCore.Http;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Jobs.Storage;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the training service into a host.</summary>
public static class OrcaTrainingEndpointRouteBuilderExtensions
{
    // Which of these methods each host has called.
    private static readonly ConditionalWeakTable<IServiceProvider, ConcurrentDictionary<string, bool>> Mapped = [];

    /// <summary>
    /// Maps the endpoints of the training service: gRPC, with or without TLS, on the ordinary ports of the host; the same calls as JSON below
    /// <c>/orca-training/v1</c>; and HTTP downloads below <c>/orca-training</c>. The host does not need <c>AddGrpc()</c>; if it calls it, those settings apply.
    /// </summary>
    /// <remarks>
    /// By default only local callers are accepted, even if the host has authenticated others. To accept other callers, call
    /// <c>RequireAuthorization(policy)</c> on the result; each job then records its caller. Calls from pages of other sites are always refused.
    /// <para>
    /// If the host calls <c>AddGrpc()</c> itself, gRPC logs each refused call as information. To avoid that, set the log level of
    /// <c>Grpc.AspNetCore.Server.ServerCallHandler</c> to Warning.
    /// </para>
    /// <para>
    /// Kestrel pings HTTP/2 connections that are silent for a minute, unless the host sets
    /// <c>KestrelServerLimits.Http2.KeepAlivePingDelay</c>.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <returns>The endpoints, to add conventions and to choose who may call.</returns>
    /// <exception cref="InvalidOperationException"><c>AddOrcaTraining()</c> is missing, or this was called before.</exception>
    public static OrcaTrainingEndpointConventionBuilder MapOrcaTraining(this IEndpointRouteBuilder endpoints)
    {
        var group = NewGroup(endpoints, typeof(ITrainingClientFactory), isHarmless: false);
        GrpcEndpoints.Map<TrainingGrpcService>(group);
        GrpcEndpoints.Map<RunGrpcService>(group);
        GrpcEndpoints.Map<ModelGrpcService>(group);
        GrpcEndpoints.Map<DatasetGrpcService>(group);
        GrpcEndpoints.Map<PoolGrpcService>(group);
        Routes.Map(group.MapGroup("/orca-training/v1"));
        DownloadEndpoints.Map(group);
        return new OrcaTrainingEndpointConventionBuilder(group);
    }

    /// <summary>
    /// Maps a page on which people see and steer trainings: what runs, what waits and why, curves, logs, models and datasets. It is part of
    /// the package, loads nothing from other sites, and calls the training service below its own path only.
    /// </summary>
    /// <remarks>
    /// By default only local callers are accepted. To accept other people, call <c>RequireAuthorization(policy)</c> on the result, with the
    /// sign-in of the host: the page and the calls that it makes need the same policy, and each caller sees what they may see. The policy may
    /// differ from that of <see cref="MapOrcaTraining"/>. The page works behind proxies that remove a prefix of the path.
    /// </remarks>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <param name="path">The path of the page.</param>
    /// <returns>The endpoints, to add conventions and to choose who may call.</returns>
    /// <exception cref="ArgumentException">The path is not one: it starts with a slash and does not end with one.</exception>
    /// <exception cref="InvalidOperationException"><c>AddOrcaTraining()</c> is missing, or this was called before.</exception>
    public static OrcaTrainingEndpointConventionBuilder MapOrcaTrainingDashboard(this IEndpointRouteBuilder endpoints, string path = "/orca")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Length < 2 || path[0] != '/' || path[^1] == '/' || path.AsSpan().ContainsAny("{}?#"))
        {
            throw new ArgumentException($"The path of the page is '{path}', but it starts with a slash, does not end with one, and has no parameters, such as '/orca'.", nameof(path));
        }

        var group = NewGroup(endpoints, typeof(ITrainingClientFactory), isHarmless: false);
        DashboardEndpoints.Map(group.MapGroup(path));
        return new OrcaTrainingEndpointConventionBuilder(group);
    }

    /// <summary>
    /// Maps gRPC's standard health service, <c>grpc.health.v1.Health</c>, for the whole server (<c>""</c>) and for
    /// <c>training.TrainingService</c>. The status is not serving if the job store does not answer or the tracker is stopped; otherwise it
    /// is serving, even if a machine cannot be reached. Watchers receive a change within seconds.
    /// </summary>
    /// <remarks>
    /// By default only local callers are accepted. Probes of an orchestrator come from other machines and rarely authenticate; for them, call
    /// <c>MapOrcaTrainingHealth().AllowAnonymous()</c>. The answer has no details; <c>AddHealthChecks().AddOrcaTraining()</c> has them. If the
    /// host maps its own gRPC health service with <c>AddGrpcHealthChecks()</c>, use only that.
    /// </remarks>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <returns>The endpoints, to add conventions.</returns>
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
    /// Maps gRPC's server reflection for the training service, so that tools such as grpcurl need no copy of the contract.
    /// </summary>
    /// <remarks>
    /// By default only local callers are accepted. To accept all callers, call <c>AllowAnonymous()</c> on the result. If the host calls
    /// <c>MapGrpcReflectionService()</c>, that includes this service.
    /// </remarks>
    /// <param name="endpoints">The host, before it starts.</param>
    /// <returns>The endpoints, to add conventions.</returns>
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
            throw new InvalidOperationException($"{call}() needs the training service: call builder.Services.AddOrcaTraining() first.");
        }

        var mapped = Mapped.GetOrCreateValue(host);
        if (!mapped.TryAdd(call, true))
        {
            // Duplicate endpoints are ambiguous, and one of them might be open while the other is not.
            throw new InvalidOperationException($"{call}() was called twice on this host: call it once, and add all conventions to its result.");
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
