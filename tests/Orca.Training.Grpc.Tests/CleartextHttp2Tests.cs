using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.AspNetCore.CleartextHttp2;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>One port for HTTP/1.1 and for gRPC without TLS, however the host made the port.</summary>
public sealed class CleartextHttp2Tests
{
    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private static readonly byte[] NoSettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    private static CancellationToken Token => Patience.Token;

    private static ScriptedClient Client => new() { Status = (job, _) => Task.FromResult(Samples.Everything with { JobId = job }) };

    [Fact]
    public async Task A_port_answers_both_HTTP_1_1_and_gRPC()
    {
        await using var host = await StartAsync();

        await AssertAnswersBothAsync(host.Address);
    }

    [Fact]
    public async Task A_port_from_the_configuration_answers_both()
    {
        await using var host = await StartAsync(builder => builder.Configuration.AddInMemoryCollection([new("Kestrel:Endpoints:Main:Url", "http://127.0.0.1:0")]));

        await AssertAnswersBothAsync(host.Address);
    }

    [Fact]
    public async Task A_port_from_the_hosts_code_answers_both()
    {
        await using var host = await StartAsync(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0)));

        await AssertAnswersBothAsync(host.Address);
    }

    [Fact]
    public async Task What_the_host_says_of_its_endpoints_stays()
    {
        var connections = 0;
        await using var host = await StartAsync(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection =>
        {
            Interlocked.Increment(ref connections);
            return next(connection);
        }))));

        await AssertAnswersBothAsync(host.Address);

        Assert.Equal(2, connections);
    }

    [Theory]
    [InlineData("Http1")]
    [InlineData("Http2")]
    public async Task An_endpoint_with_one_protocol_keeps_it(string protocols)
    {
        await using var host = await StartAsync(builder => builder.Configuration.AddInMemoryCollection(
            [new("Kestrel:Endpoints:Main:Url", "http://127.0.0.1:0"), new("Kestrel:Endpoints:Main:Protocols", protocols)]));
        using var client = host.Connect();
        using var web = new HttpClient();

        if (protocols == "Http2")
        {
            Assert.Equal(new JobId(5), (await client.GetTrainingStatusAsync(new JobId(5), Token)).JobId);
            await Assert.ThrowsAsync<HttpRequestException>(() => web.GetStringAsync(new Uri(host.Address, "/hello"), Token));
        }
        else
        {
            Assert.Equal("hello", await web.GetStringAsync(new Uri(host.Address, "/hello"), Token));
            var trouble = await Assert.ThrowsAsync<TrainingException>(() => client.GetTrainingStatusAsync(new JobId(5), Token));
            Assert.Equal(TrainingError.Unavailable, trouble.Error);
            Assert.Contains(host.Address.Authority, trouble.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task With_TLS_both_protocols_work_as_ever()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await StartAsync(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate))));
        using var web = new HttpClient(Trusting(certificate));
        using var channel = GrpcChannel.ForAddress(host.Address, new GrpcChannelOptions { HttpHandler = Trusting(certificate), DisposeHttpClient = true });
        using var client = new GrpcTrainingClient(channel);

        Assert.Equal("hello", await web.GetStringAsync(new Uri(host.Address, "/hello"), Token));
        Assert.Equal(new JobId(5), (await client.GetTrainingStatusAsync(new JobId(5), Token)).JobId);
    }

    [Fact]
    public async Task HTTP_2_that_begins_byte_by_byte_is_HTTP_2()
    {
        await using var host = await StartAsync();
        using var socket = await ConnectAsync(host);
        socket.NoDelay = true;

        foreach (var one in Preface.Concat(NoSettings))
        {
            await socket.SendAsync(new[] { one }, Token);
        }

        var frame = new byte[9];
        await new NetworkStream(socket).ReadExactlyAsync(frame, Token);
        Assert.Equal(4, frame[3]); // SETTINGS, with which a server begins.
    }

    [Theory]
    [InlineData("P", "OST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("PRI", "VET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("PRI * HTTP/", "1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "", "HTTP/1.1 200")]
    [InlineData("PRI * HT", null, "")]
    [InlineData("", null, "")]
    public async Task What_only_begins_like_HTTP_2_is_answered_as_HTTP_1_1(string begin, string? rest, string expected)
    {
        await using var host = await StartAsync();
        using var socket = await ConnectAsync(host);
        using var answer = new StreamReader(new NetworkStream(socket));
        socket.NoDelay = true;

        await socket.SendAsync(Encoding.ASCII.GetBytes(begin), Token);
        if (rest is null)
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        else
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(rest), Token);
        }

        Assert.StartsWith(expected, await answer.ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI")]
    public async Task A_silent_connection_keeps_no_host_from_stopping(string begin)
    {
        await using var host = await StartAsync();
        using var socket = await ConnectAsync(host);
        await socket.SendAsync(Encoding.ASCII.GetBytes(begin), Token);
        // Both connections are accepted in order, so the silent one is there when the other one has been answered.
        await AssertAnswersBothAsync(host.Address);

        await host.App.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(5), Token);
    }

    [Fact]
    public async Task A_connection_that_stays_silent_goes_on_under_the_servers_own_timeouts_with_every_byte_it_sent()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var sniffer = new PrefaceSniffer(new KestrelServerLimits { RequestHeadersTimeout = TimeSpan.FromSeconds(7) }, time, new object());
        var server = new System.IO.Pipelines.Pipe();
        await using var connection = new DefaultConnectionContext("1") { Transport = new OneWay(server.Reader) };
        await server.Writer.WriteAsync(Encoding.ASCII.GetBytes("PRI * "), Token);
        var reached = new TaskCompletionSource<ConnectionContext>();
        var going = sniffer.OnConnectionAsync(connection, next =>
        {
            reached.SetResult(next);
            return Task.CompletedTask;
        });

        time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(reached.Task.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await reached.Task.WaitAsync(Token);
        await going;

        Assert.Null(connection.Features[typeof(object)]);
        await server.Writer.WriteAsync(Encoding.ASCII.GetBytes("more"), Token);
        Assert.Equal(10, (await server.Reader.ReadAsync(Token)).Buffer.Length);
    }

    [Fact]
    public async Task A_connection_that_breaks_while_it_is_looked_at_is_left_to_the_server()
    {
        var sniffer = new PrefaceSniffer(new KestrelServerLimits(), TimeProvider.System, new object());
        var server = new System.IO.Pipelines.Pipe();
        await using var connection = new DefaultConnectionContext("1") { Transport = new OneWay(server.Reader) };
        await server.Writer.CompleteAsync(new ConnectionResetException("reset"));
        var trouble = new TaskCompletionSource<Exception>();

        await sniffer.OnConnectionAsync(connection, async next => trouble.SetResult(
            await Assert.ThrowsAsync<ConnectionResetException>(async () => await next.Transport.Input.ReadAsync(Token))));

        Assert.Equal("reset", (await trouble.Task).Message);
    }

    [Fact]
    public void A_Kestrel_without_these_internals_gets_a_warning_that_says_what_to_do()
    {
        var logger = new FakeLogger();
        var options = new KestrelServerOptions();
        var before = KestrelInternals.EndpointDefaults(options);

        KestrelCleartextHttp2.Enable(options, TimeProvider.System, logger, _ => throw new MissingMethodException("HttpProtocolsFeature..ctor"));

        Assert.Equal((LogLevel.Warning, 3001), (logger.LatestRecord.Level, logger.LatestRecord.Id.Id));
        Assert.Contains("Kestrel:Endpoints:Grpc:Protocols=Http2", logger.LatestRecord.Message, StringComparison.Ordinal);
        Assert.Contains("HttpProtocolsFeature..ctor", logger.LatestRecord.Message, StringComparison.Ordinal);
        Assert.Same(before, KestrelInternals.EndpointDefaults(options));
    }

    private static Task<TrainingHost> StartAsync(Action<WebApplicationBuilder>? configure = null) => TrainingHost.StartAsync(Client, configure, app =>
    {
        app.MapGet("/hello", () => "hello");
        app.MapOrcaTraining();
    });

    private static async Task AssertAnswersBothAsync(Uri address)
    {
        using var web = new HttpClient();
        using var client = GrpcTrainingClient.Connect(address);
        using var answer = await web.GetAsync(new Uri(address, "/hello"), Token);
        Assert.Equal(HttpVersion.Version11, answer.Version);
        Assert.Equal("hello", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal(new JobId(5), (await client.GetTrainingStatusAsync(new JobId(5), Token)).JobId);
    }

    private static SocketsHttpHandler Trusting(X509Certificate2 certificate) =>
        new() { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetRawCertData().SequenceEqual(certificate.RawData) } };

    private static async Task<Socket> ConnectAsync(TrainingHost host)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Address.Port, Token);
        return socket;
    }

    private sealed class OneWay(System.IO.Pipelines.PipeReader input) : System.IO.Pipelines.IDuplexPipe
    {
        public System.IO.Pipelines.PipeReader Input { get; } = input;

        public System.IO.Pipelines.PipeWriter Output => throw new NotSupportedException();
    }
}
