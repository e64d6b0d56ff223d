using System.Net;
using System.Net.Sockets;
using CsCheck;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>What only a client over a connection can meet.</summary>
public sealed class GrpcTrainingClientTests
{
    private static CancellationToken Token => Patience.Token;

    [Fact]
    public async Task Nobody_at_the_address_is_said_with_the_address()
    {
        using var client = GrpcTrainingClient.Connect(Vacant());

        foreach (var trouble in new[]
        {
            await Assert.ThrowsAsync<TrainingException>(() => client.GetTrainingStatusAsync(new JobId(1), Token)),
            await Assert.ThrowsAsync<TrainingException>(() => client.WatchTrainingAsync(new JobId(1), cancellationToken: Token).ToListAsync(Token).AsTask()),
        })
        {
            Assert.Equal(TrainingError.Unavailable, trouble.Error);
            Assert.StartsWith("The training service at http://127.0.0.1:", trouble.Message, StringComparison.Ordinal);
            Assert.EndsWith("cannot be reached: Connection refused", trouble.Message, StringComparison.Ordinal);
            Assert.IsType<RpcException>(trouble.InnerException);
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_during_a_watch_ends_it_as_unavailable_after_what_was_told()
    {
        var connection = new TaskCompletionSource<IConnectionLifetimeFeature>();
        await using var host = await TrainingHost.StartAsync(
            new ScriptedClient { Watch = (_, token) => OneThenSilenceAsync(token) },
            map: app =>
            {
                app.Use((context, next) =>
                {
                    connection.TrySetResult(context.Features.Get<IConnectionLifetimeFeature>()!);
                    return next(context);
                });
                app.MapOrcaTraining();
            });
        using var client = host.Connect();
        await using var watch = client.WatchTrainingAsync(new JobId(1), cancellationToken: Token).GetAsyncEnumerator(Token);
        Assert.True(await watch.MoveNextAsync());

        (await connection.Task).Abort();

        var trouble = await Assert.ThrowsAsync<TrainingException>(async () => await watch.MoveNextAsync());
        Assert.Equal(TrainingError.Unavailable, trouble.Error);
        Assert.Contains(host.Address.Authority, trouble.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deadline_that_passes_is_unavailable(bool throwsOnCancellation)
    {
        await using var host = await TrainingHost.StartAsync(ScriptedClient.Always(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token)));
        using var channel = GrpcChannel.ForAddress(host.Address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = throwsOnCancellation });
        using var client = new GrpcTrainingClient(channel.Intercept(new Deadline()));

        var trouble = await Assert.ThrowsAsync<TrainingException>(() => client.GetTrainingStatusAsync(new JobId(1), Token));

        Assert.Equal((TrainingError.Unavailable, "The training service did not answer in time."), (trouble.Error, trouble.Message));
    }

    [Theory]
    [InlineData("localhost:5081")]
    [InlineData("ftp://localhost")]
    [InlineData("/training")]
    [InlineData("http://localhost:5081/?path")]
    public void What_is_no_address_is_refused(string address) =>
        Assert.Contains($"'{address}'", Assert.Throws<ArgumentException>(() => GrpcTrainingClient.Connect(address)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task An_application_gets_its_client_from_its_services()
    {
        await using var host = await TrainingHost.StartAsync(new Installation().Clients);
        await using var services = new ServiceCollection().AddOrcaTrainingClient(Vacant()).AddOrcaTrainingClient(host.Address).BuildServiceProvider();

        var client = services.GetRequiredService<ITrainingClient>();

        Assert.Equal(new JobId(1), await client.TrainAsync(Installation.Request, Token));
        Assert.Same(client, services.GetRequiredService<ITrainingClient>());
    }

    [Fact]
    public async Task A_client_that_was_disposed_answers_no_more()
    {
        await using var host = await TrainingHost.StartAsync(new Installation().Clients);
        var client = host.Connect();
        await client.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.TrainAsync(Installation.Request, Token));
    }

    [Fact]
    public async Task A_request_with_more_mistakes_than_fit_in_an_answer_is_told_the_first_and_how_many_more()
    {
        await using var host = await TrainingHost.StartAsync(new Installation().Clients);
        using var client = host.Connect();
        var parameters = Enumerable.Range(0, 128).ToDictionary(i => $"模型{i}{new string('ä', 60)}", _ => new string('v', 5000));

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Installation.Request with { Parameters = parameters }, Token));

        Assert.Equal(TrainingError.InvalidArgument, refusal.Error);
        Assert.InRange(refusal.Violations.Count, 3, 255);
        Assert.Equal(new FieldViolation("…", $"{256 - (refusal.Violations.Count - 1)} more fields are wrong; they do not fit into the response."), refusal.Violations[^1]);
        Assert.EndsWith("…", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_any_size_stays_small_enough_for_trailers_and_readable() =>
        Gen.Select(Gen.Char[" aä模"].Array[0, 3000], Gen.Bool).Sample((chars, whale) =>
        {
            var text = new string(chars) + (whale ? string.Concat(Enumerable.Repeat("🐋", chars.Length)) : "");
            var meant = new TrainingException(TrainingError.InvalidArgument, text, [new FieldViolation(text, text), new FieldViolation("b", text)]);

            var rpc = ErrorMapping.ToRpc(meant);
            var seen = ErrorMapping.FromRpc(rpc, "The service");

            var trailer = Uri.EscapeDataString(rpc.Status.Detail).Length + (rpc.Trailers.Sum(entry => entry.ValueBytes.Length) * 4 / 3);
            return trailer < 14 * 1024
                && IsBeginning(seen.Message, text)
                && IsBeginning(seen.Violations[0].Field, text)
                && IsBeginning(seen.Violations[0].Description, text)
                && seen.Violations.Count == 2;

            static bool IsBeginning(string seen, string meant) => seen == meant || (seen.EndsWith('…') && meant.StartsWith(seen[..^1], StringComparison.Ordinal));
        });

    private static Uri Vacant()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Uri($"http://{socket.LocalEndPoint}");
    }

    private static async IAsyncEnumerable<TrainingStatus> OneThenSilenceAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        yield return Samples.Everything;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
    }

    /// <summary>
    /// Long enough that the call has reached the service: a deadline that passes while the server still reads the request is gRPC's own
    /// trouble, which it logs as an error.
    /// </summary>
    private sealed class Deadline : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, context.Options.WithDeadline(TimeProvider.System.GetUtcNow().AddSeconds(1.5).UtcDateTime)));
    }
}
