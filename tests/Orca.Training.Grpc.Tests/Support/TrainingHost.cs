using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Client;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests.Support;

/// <summary>A real host on a free port of this machine. Ending it fails the test if anything logged an error that was not expected.</summary>
internal sealed class TrainingHost : IAsyncDisposable
{
    private bool _expectsErrors;

    private TrainingHost(WebApplication app) => App = app;

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.First());

    public FakeLogCollector Logs => App.Services.GetRequiredService<FakeLogCollector>();

    /// <summary>Starts a host that answers with a service's clients.</summary>
    /// <param name="clients">What stands behind the endpoints.</param>
    /// <param name="configure">The host's own settings; port 0 on the loopback address unless they say otherwise.</param>
    /// <param name="map">Maps the endpoints instead of a MapOrcaTraining() for this machine.</param>
    public static Task<TrainingHost> StartAsync(ITrainingClientFactory clients, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null) =>
        StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(clients).AddSingleton(clients.For(LocalPeer.Principal));
                configure?.Invoke(builder);
            },
            map ?? (app => app.MapOrcaTraining().AllowThisMachineOnly()));

    /// <summary>Starts a host that adds whatever it answers with itself.</summary>
    public static async Task<TrainingHost> StartAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddFakeLogging();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync(Patience.Token);
        return new TrainingHost(app);
    }

    /// <summary>This test provokes errors.</summary>
    public TrainingHost ExpectingErrors()
    {
        _expectsErrors = true;
        return this;
    }

    public GrpcTrainingClient Connect() => GrpcTrainingClient.Connect(Address);

    public async ValueTask DisposeAsync()
    {
        var logs = Logs;

        // As hosts do: a call that has just arrived still finds its services. Disposing alone would take them away from under it.
        await App.StopAsync(Patience.Token);
        await App.DisposeAsync();
        if (!_expectsErrors)
        {
            var errors = logs.GetSnapshot().Where(record => record.Level >= LogLevel.Error).Select(record => $"{record.Message} {record.Exception}").ToList();
            Assert.True(errors.Count == 0, string.Join(Environment.NewLine, errors));
        }
    }
}
