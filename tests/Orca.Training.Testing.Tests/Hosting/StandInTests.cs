using Grpc.Net.Client;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Tests.Hosting;

/// <summary>An application's own host is tested as it is: fakes stand in for its engine, its database and its object store.</summary>
public sealed class StandInTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, Action<OrcaTrainingBuilder>> Stores => new()
    {
        { "SQLite", b => b.UseSqlite("Data Source=" + Nowhere) },
        { "PostgreSQL", b => b.UsePostgreSql("Host=" + Nowhere) },
        { "PostgreSQL, S3", b => b.UsePostgreSql("Host=" + Nowhere).UseMinio(o => (o.Endpoint, o.AccessKey, o.SecretKey) = ("http://127.0.0.1:1", "a", "secret-of-a")) },
    };

    // A place that cannot be opened: whoever tries fails the start.
    private static string Nowhere => "/proc/orca-nowhere/jobs";

    [Theory]
    [MemberData(nameof(Stores))]
    public Task They_replace_what_is_registered_after_them(string _, Action<OrcaTrainingBuilder> store) => RunAsync(services =>
    {
        services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeStores();
        store(services.AddOrcaTraining().UseDocker().UseDocker("second"));
    });

    [Theory]
    [MemberData(nameof(Stores))]
    public Task They_replace_what_was_registered_before_them(string _, Action<OrcaTrainingBuilder> store) => RunAsync(services =>
    {
        store(services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseDocker().UseKubernetes());
        services.AddOrcaTraining().UseFakeStores().UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System));
    });

    [Fact]
    public void A_fake_may_have_the_name_of_the_machine_that_it_stands_in_for_and_there_may_be_several()
    {
        var services = new ServiceCollection();
        services.AddOrcaTraining().UseDocker()
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System), "docker").UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System), "second")
            .UseKubernetes();

        using var provider = services.BuildServiceProvider();

        Assert.Equal(["docker", "second"], provider.GetServices<Machine>().Select(m => m.Name));
    }

    [Fact]
    public async Task The_sample_host_trains_on_fakes_with_a_WebApplicationFactory()
    {
        var engine = new FakeContainerRuntime(TimeProvider.System);
        engine.Script(attempt => FakeTraining.Succeeds.Prints("""{"orca":"metric","step":1,"loss":0.1}"""));
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.ConfigureTestServices(
            services => services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeRuntime(engine, "docker").UseFakeStores()));
        var client = app.Services.GetRequiredService<ITrainingClient>();

        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, Cancel);
        var last = await client.WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel);

        Assert.Equal(JobState.Succeeded, last.State);
        Assert.Equal(0.1, last.Progress.Metrics["loss"]);
        Assert.IsType<MemoryJobStore>(app.Services.GetRequiredService<IJobStore>());
    }

    [Fact]
    public async Task The_sample_host_has_its_own_settings_and_pages_and_is_closed_to_gRPC_from_memory()
    {
        var engine = new FakeContainerRuntime(TimeProvider.System);
        engine.Script(attempt => FakeTraining.Succeeds.Prints($"{attempt.Image} {attempt.Limits.MemoryBytes >> 20} MiB"));
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.ConfigureTestServices(
            services => services.AddOrcaTraining().UseFakeRuntime(engine, "docker").UseFakeStores()));
        using var channel = GrpcChannel.ForAddress(app.Server.BaseAddress, new GrpcChannelOptions { HttpHandler = app.Server.CreateHandler() });
        using var remote = new GrpcTrainingClient(channel);
        var client = app.Services.GetRequiredService<ITrainingClient>();

        using var first = await app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false }).GetAsync(new Uri("/", UriKind.Relative), Cancel);
        Assert.Equal("/orca/", first.Headers.Location?.OriginalString);
        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "intent-classification", DatasetId = "d" }, Cancel);
        Assert.Equal(JobState.Succeeded, (await client.WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel)).State);
        var line = Assert.Single(await client.StreamLogsAsync(job, cancellationToken: Cancel).ToListAsync(Cancel));
        Assert.Equal("orca-training/intent-classification:latest 2048 MiB", line.Text);
        // A server in memory does not tell who is at its other end.
        var refused = await Assert.ThrowsAsync<TrainingException>(() => remote.GetTrainingStatusAsync(job, Cancel));
        Assert.Equal(TrainingError.Unauthenticated, refused.Error);
    }

    private static async Task RunAsync(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        add(builder.Services);
        using var host = builder.Build();
        await host.StartAsync(Cancel);
        var client = host.Services.GetRequiredService<ITrainingClient>();

        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, Cancel);
        var last = await client.WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel);

        Assert.Equal(JobState.Succeeded, last.State);
        Assert.Equal(["fake"], host.Services.GetServices<Machine>().Select(m => m.Name));
        Assert.IsType<MemoryJobStore>(host.Services.GetRequiredService<IJobStore>());
        Assert.Equal("Orca.Training.Testing", host.Services.GetRequiredService<IDatasetStore>().GetType().Assembly.GetName().Name);
        await host.StopAsync(Cancel);
    }
}
