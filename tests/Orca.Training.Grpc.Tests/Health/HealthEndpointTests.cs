using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Clients;
using HealthClient = Grpc.Health.V1.Health.HealthClient;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Orca.Training.Grpc.Tests.Health;

/// <summary>The service's health as orchestrators and pages ask for it, on a whole host.</summary>
public sealed class HealthEndpointTests
{
    private readonly FakeContainerRuntime _runtime = new(TimeProvider.System);

    private static CancellationToken Token => Patience.Token;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task gRPCs_health_service_tells_of_the_whole_and_of_the_training_service(bool hasHostGrpc)
    {
        await using var host = await StartAsync(app => app.MapOrcaTrainingHealth(), hasHostGrpc);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var client = new HealthClient(channel);

        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status);
        foreach (var service in new[] { "training.TrainingService", "training.RunService", "training.ModelService", "training.DatasetService" })
        {
            Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Token)).Status);
        }

        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new HealthCheckRequest { Service = "training" }, cancellationToken: Token));
        Assert.Equal(
            (StatusCode.NotFound, "There is no service 'training': use 'training.TrainingService', or '' for the whole server."),
            (unknown.StatusCode, unknown.Status.Detail));
    }

    [Fact]
    public async Task A_machine_that_is_away_does_not_take_the_host_out_of_service()
    {
        _runtime.GoAway();
        await using var host = await StartAsync(app => app.MapOrcaTrainingHealth());
        using var channel = GrpcChannel.ForAddress(host.Address);

        Assert.Equal(ServingStatus.Serving, (await new HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task Who_watches_is_told_at_once_and_again_when_the_host_stops()
    {
        await using var host = await StartAsync(app => app.MapOrcaTrainingHealth());
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var watch = new HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Token);
        using var unknown = new HealthClient(channel).Watch(new HealthCheckRequest { Service = "x" }, cancellationToken: Token);
        Assert.True(await watch.ResponseStream.MoveNext(Token));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);
        Assert.True(await unknown.ResponseStream.MoveNext(Token));
        Assert.Equal(ServingStatus.ServiceUnknown, unknown.ResponseStream.Current.Status);

        var stopping = host.App.StopAsync(Token);

        Assert.True(await watch.ResponseStream.MoveNext(Token));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        Assert.False(await watch.ResponseStream.MoveNext(Token));
        await stopping;
    }

    [Fact]
    public async Task A_host_whose_store_does_not_answer_is_not_serving_and_its_page_says_so()
    {
        await using var host = (await StartAsync(
            app =>
            {
                app.MapOrcaTrainingHealth();
                app.MapHealthChecks("/healthz");
            },
            build: training => training.UseJobStore(_ => new BrokenJobStore(new IOException("The disk is gone."))))).ExpectingErrors();
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var web = new HttpClient();

        Assert.Equal(ServingStatus.NotServing, (await new HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status);
        using var page = await web.GetAsync(new Uri(host.Address, "/healthz"), Token);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), (page.StatusCode, await page.Content.ReadAsStringAsync(Token)));
    }

    [Fact]
    public async Task A_hosts_own_page_shows_the_check()
    {
        await using var host = await StartAsync(app => app.MapHealthChecks("/healthz"));
        using var web = new HttpClient();

        // The tracker hears within moments that it decides; until then it is degraded, which answers 200 as well.
        using var page = await web.GetAsync(new Uri(host.Address, "/healthz"), Token);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Health_is_closed_by_default_and_opened_by_itself()
    {
        await using var closed = await StartAsync(app => app.MapOrcaTrainingHealth(), address: "10.0.0.1");
        await using var open = await StartAsync(
            app =>
            {
                app.MapOrcaTraining();
                app.MapOrcaTrainingHealth().AllowAnonymous();
            },
            address: "10.0.0.1");
        using var closedChannel = GrpcChannel.ForAddress(closed.Address);
        using var openChannel = GrpcChannel.ForAddress(open.Address);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new HealthClient(closedChannel).CheckAsync(new HealthCheckRequest(), cancellationToken: Token));
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Equal(ServingStatus.Serving, (await new HealthClient(openChannel).CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status);
        using var training = open.Connect();
        await Assert.ThrowsAsync<Client.TrainingException>(() => training.TrainAsync(Installation.Request, Token));
    }

    private Task<TrainingHost> StartAsync(Action<WebApplication> map, bool hasHostGrpc = false, string? address = null, Action<OrcaTrainingBuilder>? build = null) => TrainingHost.StartAsync(
        builder =>
        {
            var training = builder.Services.AddOrcaTraining(options => options.AddAlgorithm("cnn", "image")).UseFakeRuntime(_runtime).UseFakeFiles();
            build?.Invoke(training);
            builder.Services.AddHealthChecks().AddOrcaTraining();
            if (hasHostGrpc)
            {
                builder.Services.AddGrpc();
            }
        },
        app =>
        {
            app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = address is null ? context.Connection.RemoteIpAddress : IPAddress.Parse(address);
                return next(context);
            });
            map(app);
        });
}
