using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>How the endpoints live with the rest of a host.</summary>
public sealed class HostingTests
{
    private static CancellationToken Token => Patience.Token;

    private static ScriptedClient Client => new() { Status = (job, _) => Task.FromResult(Samples.Everything with { JobId = job }) };

    [Fact]
    public async Task A_host_without_gRPC_needs_none_and_gets_none()
    {
        await using var host = await TrainingHost.StartAsync(Client, map: app =>
        {
            app.MapOrcaTraining();
            // Mapped after ours, with the host's services still.
            app.MapGet("/hello", (ITrainingClient client) => client.GetType().Name);
        });
        using var client = host.Connect();
        using var web = new HttpClient();

        Assert.Equal(new JobId(5), (await client.GetTrainingStatusAsync(new JobId(5), Token)).JobId);
        Assert.Equal(nameof(ScriptedClient), await web.GetStringAsync(new Uri(host.Address, "/hello"), Token));
        Assert.Null(host.App.Services.GetService<IGrpcServiceActivator<object>>());
        Assert.Contains(host.Logs.GetSnapshot(), record => record.Category!.StartsWith("Grpc.AspNetCore.Server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_mapped_beside_gRPC_gets_the_hosts_services()
    {
        await using var host = await TrainingHost.StartAsync(Client, map: app =>
        {
            var group = app.MapGroup("");
            GrpcEndpoints.Map<TrainingGrpcService>(group);
            group.MapGet("/hello", (ITrainingClient client) => client.GetType().Name);
        });
        using var web = new HttpClient();

        Assert.Equal(nameof(ScriptedClient), await web.GetStringAsync(new Uri(host.Address, "/hello"), Token));
    }

    [Fact]
    public async Task A_host_with_gRPC_keeps_its_settings()
    {
        var calls = new CountingInterceptor();
        await using var host = await TrainingHost.StartAsync(Client, builder =>
        {
            builder.Services.AddSingleton(calls);
            builder.Services.AddGrpc(options => options.Interceptors.Add<CountingInterceptor>());
        });
        using var client = host.Connect();

        await client.GetTrainingStatusAsync(new JobId(5), Token);

        Assert.Equal(["/training.TrainingService/GetTrainingStatus"], calls.Methods);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_the_service_does_not_know_says_so(bool hasHostGrpc)
    {
        await using var host = await TrainingHost.StartAsync(Client, builder =>
        {
            if (hasHostGrpc)
            {
                builder.Services.AddGrpc();
            }
        });
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var client = new GrpcTrainingClient(new Renaming(channel.CreateCallInvoker()));

        var trouble = await Assert.ThrowsAsync<TrainingException>(() => client.CancelTrainingAsync(new JobId(1), Token));

        Assert.Equal(TrainingError.Internal, trouble.Error);
        Assert.Contains("does not know this call", trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_without_the_training_service_is_told_what_to_call()
    {
        await using var app = WebApplication.CreateBuilder().Build();

        var missing = Assert.Throws<InvalidOperationException>(() => app.MapOrcaTraining());

        Assert.Contains("AddOrcaTraining()", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_maps_the_same_twice_is_told_so_when_it_does()
    {
        await using var host = await TrainingHost.StartAsync(Client);

        var twice = Assert.Throws<InvalidOperationException>(() => host.App.MapGroup("/other").MapOrcaTraining());

        Assert.Equal("MapOrcaTraining() was called twice on this host: call it once, and add all conventions to its result.", twice.Message);
        using var client = host.Connect();
        Assert.Equal(new JobId(5), (await client.GetTrainingStatusAsync(new JobId(5), Token)).JobId);
    }

    [Theory]
    [InlineData(false, LogLevel.Debug)]
    [InlineData(true, LogLevel.Information)]
    public async Task A_callers_mistake_is_no_news_in_the_log_unless_the_host_has_gRPC_of_its_own(bool hasHostGrpc, LogLevel level)
    {
        await using var host = await TrainingHost.StartAsync(
            ScriptedClient.Always(_ => throw new TrainingException(TrainingError.NotFound, "There is no job 1.")),
            builder =>
            {
                if (hasHostGrpc)
                {
                    builder.Services.AddGrpc();
                }
            });
        using var client = host.Connect();

        await Assert.ThrowsAsync<TrainingException>(() => client.GetTrainingStatusAsync(new JobId(1), Token));

        Assert.Equal([level], host.Logs.GetSnapshot().Where(r => r.Id.Name == "RpcConnectionError").Select(r => r.Level));
        Assert.DoesNotContain(host.Logs.GetSnapshot(), r => r.Level > LogLevel.Information);
    }

    [Fact]
    public async Task A_host_with_open_watches_stops_at_once_and_tells_the_watchers()
    {
        var entered = new TaskCompletionSource();
        await using var host = await TrainingHost.StartAsync(ScriptedClient.Always(async token =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }));
        using var client = host.Connect();
        var watching = client.WatchTrainingAsync(new JobId(1), cancellationToken: Token).ToListAsync(Token).AsTask();
        await entered.Task.WaitAsync(Token);

        await host.App.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(1), Token);

        var trouble = await Assert.ThrowsAsync<TrainingException>(() => watching);
        Assert.Equal((TrainingError.Unavailable, "The training service's host is stopping: watch again from the last revision received."), (trouble.Error, trouble.Message));
    }

    [Fact]
    public async Task Hundreds_of_open_watches_do_not_hold_up_a_host_that_has_all_the_time_to_stop()
    {
        const int Clients = 3;
        const int Watchers = 120;
        var watching = 0;
        var all = new TaskCompletionSource();
        await using var host = await TrainingHost.StartAsync(
            ScriptedClient.Always(async token =>
            {
                if (Interlocked.Increment(ref watching) == Clients * Watchers)
                {
                    all.SetResult();
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }),
            builder => builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = Timeout.InfiniteTimeSpan));
        var clients = Enumerable.Range(0, Clients).Select(_ => host.Connect()).ToList();
        var watches = clients.SelectMany(c => Enumerable.Range(1, Watchers).Select(id => c.WatchTrainingAsync(new JobId(id), cancellationToken: Token).ToListAsync(Token).AsTask())).ToList();
        await all.Task.WaitAsync(Token);

        // Nothing but the end of its streams can end this.
        await host.App.StopAsync(Token).WaitAsync(Token);

        foreach (var watch in watches)
        {
            Assert.Equal(TrainingError.Unavailable, (await Assert.ThrowsAsync<TrainingException>(() => watch)).Error);
        }

        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Clients_that_vanish_are_noticed_and_the_host_s_own_setting_holds()
    {
        await using var host = await TrainingHost.StartAsync(Client);
        await using var other = await TrainingHost.StartAsync(Client, b => b.WebHost.ConfigureKestrel(o => o.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromHours(1)));

        Assert.Equal(
            [TimeSpan.FromMinutes(1), TimeSpan.FromHours(1)],
            new[] { host, other }.Select(h => h.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.Http2.KeepAlivePingDelay));
    }

    [Fact]
    public async Task More_watches_than_a_connection_carries_run_at_once()
    {
        const int Watchers = 250;
        var watching = 0;
        var all = new TaskCompletionSource();
        await using var host = await TrainingHost.StartAsync(ScriptedClient.Always(token =>
        {
            if (Interlocked.Increment(ref watching) == Watchers)
            {
                all.SetResult();
            }

            return all.Task.WaitAsync(token);
        }));
        using var client = host.Connect();

        await Task.WhenAll(Enumerable.Range(1, Watchers).Select(id => client.WatchTrainingAsync(new JobId(id), cancellationToken: Token).ToListAsync(Token).AsTask()));
    }

    [Fact]
    public async Task An_unexpected_error_is_logged_and_told_without_its_details()
    {
        await using var host = (await TrainingHost.StartAsync(ScriptedClient.Always(_ => throw new InvalidOperationException("secret")))).ExpectingErrors();
        using var client = host.Connect();

        var trouble = await Assert.ThrowsAsync<TrainingException>(() => client.CancelTrainingAsync(new JobId(1), Token));

        Assert.Equal((TrainingError.Internal, "The training service failed with an unexpected error; its log has the details."), (trouble.Error, trouble.Message));
        var error = Assert.Single(host.Logs.GetSnapshot(), record => record.Level >= LogLevel.Error);
        Assert.Equal((3000, "secret"), (error.Id.Id, error.Exception!.Message));
    }

    [Fact]
    public async Task An_operation_that_ends_itself_is_unexpected()
    {
        await using var host = (await TrainingHost.StartAsync(ScriptedClient.Always(_ => throw new OperationCanceledException()))).ExpectingErrors();
        using var client = host.Connect();

        var trouble = await Assert.ThrowsAsync<TrainingException>(() => client.CancelTrainingAsync(new JobId(1), Token));

        Assert.Equal(TrainingError.Internal, trouble.Error);
    }

    [Fact]
    public async Task What_makes_no_sense_on_the_wire_is_refused_by_field()
    {
        await using var host = await TrainingHost.StartAsync(new ScriptedClient());
        using var channel = GrpcChannel.ForAddress(host.Address);
        var raw = new Wire.TrainingService.TrainingServiceClient(channel);

        Assert.Equal("metadata", await FieldOfAsync(async () => await raw.TrainAsync(new Wire.TrainRequest(), cancellationToken: Token)));
        Assert.Equal("job_id", await FieldOfAsync(async () => await raw.GetTrainingStatusAsync(new Wire.GetTrainingStatusRequest { JobId = -3 }, cancellationToken: Token)));
        Assert.Equal("job_id", await FieldOfAsync(async () => await raw.CancelTrainingAsync(new Wire.CancelTrainingRequest(), cancellationToken: Token)));
        Assert.Equal("job_id", await FieldOfAsync(() => raw.WatchTraining(new Wire.WatchTrainingRequest { JobId = -1 }, cancellationToken: Token).ResponseStream.MoveNext(Token)));
        Assert.Equal("submitted_from", await FieldOfAsync(async () => await raw.ListTrainingsAsync(new Wire.ListTrainingsRequest { SubmittedFrom = new() { Nanos = -1 } }, cancellationToken: Token)));
        Assert.Equal("submitted_before", await FieldOfAsync(async () => await raw.ListTrainingsAsync(new Wire.ListTrainingsRequest { SubmittedBefore = new() { Seconds = long.MaxValue } }, cancellationToken: Token)));
        Assert.Equal("after_revision", await FieldOfAsync(() => raw.WatchTraining(new Wire.WatchTrainingRequest { JobId = 1, AfterRevision = -1 }, cancellationToken: Token).ResponseStream.MoveNext(Token)));
    }

    private static async Task<string> FieldOfAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        return Assert.Single(ErrorMapping.FromRpc(refusal, "The service").Violations).Field;
    }

    private sealed class CountingInterceptor : Interceptor
    {
        public List<string> Methods { get; } = [];

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Methods.Add(context.Method);
            return continuation(request, context);
        }
    }

    /// <summary>Calls a method that no service has.</summary>
    private sealed class Renaming(CallInvoker inner) : CallInvoker
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            inner.AsyncUnaryCall(new Method<TRequest, TResponse>(method.Type, method.ServiceName, "FromTheFuture", method.RequestMarshaller, method.ResponseMarshaller), host, options, request);

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
    }
}
