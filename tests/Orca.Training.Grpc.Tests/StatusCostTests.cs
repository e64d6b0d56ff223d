using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>What a look at a job's status costs beyond an empty call on the same server, counted in allocated bytes.</summary>
public sealed class StatusCostTests : IDisposable
{
    // What it takes before the code is optimized, and 3 %. Afterwards it takes less.
    private const long Most = 264;

    // Single calls stand out: the first fill caches, and a collection may empty a pool or move what the thread's counter counts.
    // The middle of many pairs is what a call takes.
    private const int Pairs = 41;

    private readonly Installation _installation = new();

    public void Dispose() => _installation.Dispose();

    [Fact]
    public async Task A_status_allocates_little_more_than_an_empty_call()
    {
        await using var host = await TrainingHost.StartAsync(
            _installation.Clients,
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
                builder.Services.AddGrpc();
            },
            app =>
            {
                app.MapOrcaTraining().AllowThisMachineOnly();
                app.MapGrpcService<NothingService>();
            });
        var job = await _installation.Client.TrainAsync(Installation.Request, Patience.Token);
        await _installation.SucceedAsync(job);

        var status = new Wire.GetTrainingStatusRequest { JobId = job.Value };
        var beyond = Enumerable.Range(0, Pairs)
            .Select(_ => Cost(host, "/training.TrainingService/GetTrainingStatus", status) - Cost(host, "/Nothing/Do", new Empty()))
            .Order()
            .ToArray();

        Assert.InRange(beyond[Pairs / 2], 0, Most);
    }

    /// <summary>The bytes of one call: all of it runs on this thread, because the request is there and the store is in memory.</summary>
    private static long Cost(TrainingHost host, string method, IMessage request)
    {
        var endpoint = host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(e => e.RoutePattern.RawText == method);

        using var scope = host.App.Services.CreateScope();
        var call = Call(endpoint, scope.ServiceProvider, method, request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var answered = endpoint.RequestDelegate!(call);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(answered.IsCompletedSuccessfully);
        Assert.Equal("0", call.Response.Headers["grpc-status"]);
        return bytes;
    }

    private static DefaultHttpContext Call(Endpoint endpoint, IServiceProvider services, string method, IMessage request)
    {
        var body = new byte[5 + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - 5);
        request.WriteTo(body.AsSpan(5));
        var call = new DefaultHttpContext { RequestServices = services };
        call.SetEndpoint(endpoint);
        (call.Connection.RemoteIpAddress, call.Connection.LocalPort) = (IPAddress.Loopback, 5000);
        (call.Request.Protocol, call.Request.Scheme, call.Request.Method, call.Request.Path) = ("HTTP/2", "http", "POST", method);
        call.Request.Host = new HostString("127.0.0.1:5000");
        (call.Request.ContentType, call.Request.Headers.TE, call.Request.Headers.UserAgent) = ("application/grpc", "trailers", "grpc-dotnet/2.80.0");
        call.Request.Headers.GrpcAcceptEncoding = "identity,gzip,deflate";
        (call.Request.Body, call.Response.Body) = (new MemoryStream(body), Stream.Null);
        return call;
    }

    /// <summary>Answers nothing.</summary>
    [BindServiceMethod(typeof(NothingService), nameof(Bind))]
#pragma warning disable CA1852 // gRPC looks for a virtual method, as generated services have it.
    internal class NothingService
#pragma warning restore CA1852
    {
        private static readonly Task<Empty> Answer = Task.FromResult(new Empty());
        private static readonly Marshaller<Empty> Marshaller = Marshallers.Create(Write, context => Empty.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

        public static void Bind(ServiceBinderBase binder, NothingService? service) =>
            binder.AddMethod(new Method<Empty, Empty>(MethodType.Unary, "Nothing", "Do", Marshaller, Marshaller), service is null ? null : service.Do);

        public virtual Task<Empty> Do(Empty request, ServerCallContext context) => Answer;

        private static void Write(Empty message, SerializationContext context)
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        }
    }
}
