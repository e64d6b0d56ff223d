using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orca.Training.Bench.Harness;

/// <summary>A training service as a user has it: an ASP.NET host with Kestrel on a port of its own.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServiceHost(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public IServiceProvider Services => _app.Services;

    /// <param name="configure">Adds services, and the training service among them.</param>
    /// <param name="map">Maps what there is beside it.</param>
    public static async Task<ServiceHost> StartAsync(Action<IServiceCollection> configure, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orca-bench" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddLogging(l => l.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning));
        configure(builder.Services);
        var app = builder.Build();
        app.MapOrcaTraining().AllowThisMachineOnly();
        map?.Invoke(app);
        await app.StartAsync();
        return new ServiceHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
