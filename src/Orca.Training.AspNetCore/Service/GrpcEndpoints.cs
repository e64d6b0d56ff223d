using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Maps gRPC services, with the host's gRPC if it has one and with one of our own if not.</summary>
internal static class GrpcEndpoints
{
    // One for each host, as long as the host is there.
    private static readonly ConditionalWeakTable<IServiceProvider, ServiceProvider> OwnServices = [];

    public static void Map<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService>(RouteGroupBuilder group)
        where TService : class
    {
        var host = ((IEndpointRouteBuilder)group).ServiceProvider;
        if (host.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IGrpcServiceActivator<TService>)))
        {
            group.MapGrpcService<TService>();
        }
        else
        {
            // A group of its own, because the first endpoint ties its group's data source to the services it was mapped with.
            new OwnGrpc(group.MapGroup(""), OwnServices.GetValue(host, ProvideGrpc)).MapGrpcService<TService>();
        }
    }

    // Only what belongs to gRPC itself lives here: the service is activated from each request's services, and logs are the host's.
    private static ServiceProvider ProvideGrpc(IServiceProvider host)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(new QuietGrpcLogs(host.GetRequiredService<ILoggerFactory>()));
        // gRPC's own endpoint for unknown services would catch the host's paths, and needs a route constraint that the host lacks.
        // Without it they get 404, which gRPC clients read as UNIMPLEMENTED all the same.
        services.AddGrpc(options => options.IgnoreUnknownServices = true);
        var provider = services.BuildServiceProvider();
        host.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(provider.Dispose);
        return provider;
    }

    /// <summary>A group of the host's endpoints, mapped with other services.</summary>
    private sealed class OwnGrpc(IEndpointRouteBuilder group, IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources => group.DataSources;

        public IApplicationBuilder CreateApplicationBuilder() => group.CreateApplicationBuilder();
    }
}
