using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>The same, through a real server and a real connection.</summary>
public sealed class RemoteClientTests : TrainingClientConformance
{
    private readonly List<(TrainingHost Host, GrpcTrainingClient Client)> _reached = [];

    public override async ValueTask DisposeAsync()
    {
        foreach (var (host, client) in _reached)
        {
            client.Dispose();
            await host.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    protected override async Task<ITrainingClient> ReachAsync(ITrainingClientFactory service, string? user)
    {
        var host = await TrainingHost.StartAsync(
            service,
            builder => builder.Services.AddAuthorization(),
            app =>
            {
                app.Use((context, next) =>
                {
                    context.User = user is null ? context.User : Callers.Named(user);
                    return next(context);
                });
                app.UseAuthorization();
                _ = user is null ? app.MapOrcaTraining().AllowThisMachineOnly() : app.MapOrcaTraining().RequireAuthorization();
            });
        _reached.Add((host, host.Connect()));
        return _reached[^1].Client;
    }
}
