using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Dashboard.Tests.Support;

/// <summary>A real host with the page, on a free port of this machine. Its machine is a fake: trainings do what the test says.</summary>
internal sealed class Service : IAsyncDisposable
{
    private Service(WebApplication app, FakeContainerRuntime engine)
    {
        App = app;
        Engine = engine;
    }

    public WebApplication App { get; }

    public FakeContainerRuntime Engine { get; }

    public ITrainingClient Client => App.Services.GetRequiredService<ITrainingClient>();

    public Uri Address => new(App.Urls.First());

    /// <summary>The address of the page.</summary>
    public Uri Page => new(Address, "/orca/");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts a host.</summary>
    /// <param name="configure">What this host adds or changes.</param>
    /// <param name="map">Maps the endpoints instead of a page for this machine.</param>
    public static async Task<Service> StartAsync(Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null)
    {
        var engine = new FakeContainerRuntime(TimeProvider.System);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("intents", "image", a => a.Parameters["LR"] = "0.1")).UseFakeRuntime(engine).UseFakeStores();
        configure?.Invoke(builder);
        var app = builder.Build();
        if (map is null)
        {
            app.MapOrcaTrainingDashboard().AllowThisMachineOnly();
        }
        else
        {
            map(app);
        }

        await app.StartAsync(Token);
        return new Service(app, engine);
    }

    public Task<JobId> TrainAsync(string name, string dataset = "words") =>
        Client.TrainAsync(new TrainingRequest { Algorithm = "intents", DatasetId = dataset, Name = name }, Token);

    public async Task<TrainingStatus> EndAsync(JobId job) => await Client.WatchTrainingAsync(job, cancellationToken: Token).LastAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(Token);
        await App.DisposeAsync();
    }
}
