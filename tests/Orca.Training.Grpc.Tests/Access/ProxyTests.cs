using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;
using Orca.Training.Tests.Shared;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>Behind real proxies on the same machine: whoever comes through one is not known to be on it.</summary>
public sealed class ProxyTests
{
    private const string Plain = "";
    private const string KeepAlive = "proxy_http_version 1.1; proxy_set_header Connection \"\";";
    private const string Usual = "proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";

    private static CancellationToken Token => Patience.Token;

    [Theory]
    [InlineData("proxy_pass http://127.0.0.1:{port};", Plain)]
    [InlineData("proxy_pass http://localhost:{port};", Plain)]
    [InlineData("proxy_pass http://127.0.0.1:{port};", Usual)]
    [InlineData("proxy_pass http://127.0.0.1:{port};", "proxy_http_version 1.1;")]
    [InlineData("proxy_pass http://127.0.0.1:{port};", "proxy_set_header Host $host; proxy_http_version 1.1;")]
    [InlineData("proxy_pass http://127.0.0.1:{port};", "proxy_set_header Host $http_host; proxy_http_version 1.1;")]
    [InlineData("proxy_pass http://127.0.0.1:{port};", "proxy_set_header Host $http_host;" + KeepAlive)]
    [InlineData("proxy_pass http://backend;", KeepAlive)]
    [InlineData("proxy_pass http://unix:{socket}:;", Plain)]
    [InlineData("proxy_pass http://unix:{socket}:;", "proxy_set_header Host 127.0.0.1:{port};" + KeepAlive)]
    [InlineData("grpc_pass backend;", Plain)]
    [InlineData("grpc_pass unix:{socket};", Plain)]
    [InlineData("grpc_pass unix:{socket};", "grpc_set_header Host 127.0.0.1:{port};")]
    [InlineData("grpc_pass 127.0.0.1:{port};", "grpc_set_header Host $http_host;")]
    [InlineData("grpc_pass 127.0.0.1:{port};", "grpc_set_header X-Real-IP $remote_addr;")]
    public async Task Nobody_comes_through_an_nginx_by_what_it_sends(string pass, string more) => await AssertRefusedAsync(pass, more, user: null);

    // These send nothing that a direct caller does not send. It is by its user that nginx is told from one.
    [Theory]
    [InlineData("grpc_pass 127.0.0.1:{port};", Plain)]
    [InlineData("grpc_pass grpc://localhost:{port};", Plain)]
    [InlineData("proxy_pass http://127.0.0.1:{port};", KeepAlive)]
    [InlineData("proxy_pass http://backend;", "proxy_set_header Host 127.0.0.1:{port};" + KeepAlive)]
    public async Task Nobody_comes_through_an_nginx_that_sends_nothing_of_its_own_where_it_runs_as_a_user_of_its_own(string pass, string more)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NginxServer.HasUsers, "Only root can start nginx as another user, and only Linux lists whose connections are.");

        await AssertRefusedAsync(pass, more, user: "www-data");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("www-data")]
    public async Task With_a_policy_nginx_passes_on_whom_the_host_knows(string? user)
    {
        Assert.SkipUnless(user is null || NginxServer.HasUsers, "Only root can start nginx as another user.");
        await using var host = await StartAsync(calls: null, app => app.MapOrcaTraining().RequireAuthorization());
        var (grpc, http) = (NginxServer.FreePort(), NginxServer.FreePort());
        await using var nginx = await NginxServer.StartAsync(
            $$"""
              server { listen 127.0.0.1:{{grpc}} http2; location / { grpc_pass 127.0.0.1:{{host.Address.Port}}; } }
              server { listen 127.0.0.1:{{http}}; location / { proxy_pass http://127.0.0.1:{{host.Address.Port}}; } }
              """,
            user);
        await AssertKnownAloneAsync(new Uri($"http://127.0.0.1:{grpc}"), new Uri($"http://127.0.0.1:{http}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_comes_through_YARP(bool tellsWhoAsks)
    {
        var calls = new Counter();
        await using var host = await StartAsync(calls, app => app.MapOrcaTraining().AllowThisMachineOnly());
        await using var yarp = await StartYarpAsync(host.Address, tellsWhoAsks, keepsHost: true);

        await AssertNobodyAsync(new Uri(yarp.App.Urls.First()), new Uri(yarp.App.Urls.Last()), calls);
    }

    [Fact]
    public async Task With_a_policy_YARP_passes_on_whom_the_host_knows()
    {
        await using var host = await StartAsync(calls: null, app => app.MapOrcaTraining().RequireAuthorization());
        await using var yarp = await StartYarpAsync(host.Address, tellsWhoAsks: true, keepsHost: false);

        await AssertKnownAloneAsync(new Uri(yarp.App.Urls.First()), new Uri(yarp.App.Urls.Last()));
    }

    private static async Task AssertRefusedAsync(string pass, string more, string? user)
    {
        var calls = new Counter();
        var folder = Directory.CreateTempSubdirectory("orca-proxy-");
        var socket = Path.Combine(folder.FullName, "host.sock");
        await using var host = await StartAsync(calls, app => app.MapOrcaTraining().AllowThisMachineOnly(), socket);
        if (!OperatingSystem.IsWindows())
        {
            // For an nginx of another user.
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(socket, (UnixFileMode)0b110_110_110);
        }

        var (upstream, port) = (host.Address.Port, NginxServer.FreePort());
        var isGrpc = pass.StartsWith("grpc", StringComparison.Ordinal);
        var servers = $$"""
            upstream backend { server 127.0.0.1:{port}; keepalive 4; }
            server { listen 127.0.0.1:{{port}}{{(isGrpc ? " http2" : "")}}; location / { {{pass}} {{more}} } }
            """.Replace("{port}", $"{upstream}", StringComparison.Ordinal).Replace("{socket}", socket, StringComparison.Ordinal);
        await using var nginx = await NginxServer.StartAsync(servers, user);
        var proxy = new Uri($"http://127.0.0.1:{port}");

        await AssertNobodyAsync(isGrpc ? proxy : null, isGrpc ? null : proxy, calls);
        await host.App.StopAsync(Token);
        folder.Delete(recursive: true);
    }

    private static async Task AssertNobodyAsync(Uri? grpc, Uri? http, Counter calls)
    {
        if (grpc is not null)
        {
            using var client = GrpcTrainingClient.Connect(grpc);
            foreach (var call in new Func<Task>[]
            {
                () => client.GetTrainingStatusAsync(new JobId(1), Token),
                () => client.TrainAsync(Installation.Request, Token),
                () => client.WatchTrainingAsync(new JobId(1), cancellationToken: Token).ToListAsync(Token).AsTask(),
            })
            {
                var refusal = await Assert.ThrowsAsync<TrainingException>(call);
                Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
                Assert.Contains("accepts calls from its own machine only", refusal.Message, StringComparison.Ordinal);
            }
        }

        if (http is not null)
        {
            using var web = new HttpClient();
            foreach (var path in new[] { "/orca-training/runs.jsonl", "/orca-training/models/m/1/files", "/orca-training/jobs/1/artifacts/model.pt" })
            {
                using var answer = await web.GetAsync(new Uri(http, path), Token);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }
        }

        Assert.Equal(0, calls.Value);
    }

    private static async Task AssertKnownAloneAsync(Uri grpc, Uri http)
    {
        using var nobody = GrpcTrainingClient.Connect(grpc);
        using var ada = GrpcTrainingClient.Connect(grpc, o => o.Token = _ => ValueTask.FromResult("ada"));
        using var web = new HttpClient();

        Assert.Equal(TrainingError.Unauthenticated, (await Assert.ThrowsAsync<TrainingException>(() => nobody.GetTrainingStatusAsync(new JobId(5), Token))).Error);
        Assert.Equal(new JobId(5), (await ada.GetTrainingStatusAsync(new JobId(5), Token)).JobId);
        using var closed = await web.GetAsync(new Uri(http, "/orca-training/runs.jsonl"), Token);
        web.DefaultRequestHeaders.Authorization = new("Bearer", "ada");
        using var open = await web.GetAsync(new Uri(http, "/orca-training/runs.jsonl?limit=wrong"), Token);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest), (closed.StatusCode, open.StatusCode));
    }

    /// <summary>A host that takes a bearer token for its user's name, and listens on a Unix socket as well where one is named.</summary>
    private static Task<TrainingHost> StartAsync(Counter? calls, Action<WebApplication> map, string? socket = null) => TrainingHost.StartAsync(
        calls is null
            ? new ScriptedClient { Status = (job, _) => Task.FromResult(Samples.Everything with { JobId = job }) }
            : ScriptedClient.Always(_ =>
            {
                calls.Increment();
                throw new TrainingException(TrainingError.NotFound, "There is no such thing.");
            }),
        builder =>
        {
            builder.Services.AddAuthentication("name").AddScheme<AuthenticationSchemeOptions, NamedByToken>("name", null);
            builder.Services.AddAuthorization();
            if (socket is not null)
            {
                builder.WebHost.ConfigureKestrel(k =>
                {
                    k.Listen(IPAddress.Loopback, 0);
                    k.ListenUnixSocket(socket);
                });
            }
        },
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            map(app);
        });

    /// <summary>The first of its addresses is for HTTP/2 without TLS, as gRPC needs it, the last for HTTP/1.1.</summary>
    private static Task<TrainingHost> StartYarpAsync(Uri upstream, bool tellsWhoAsks, bool keepsHost) => TrainingHost.StartAsync(
        builder =>
        {
            builder.WebHost.ConfigureKestrel(k =>
            {
                k.Listen(IPAddress.Loopback, 0, e => e.Protocols = HttpProtocols.Http2);
                k.Listen(IPAddress.Loopback, 0, e => e.Protocols = HttpProtocols.Http1);
            });
            builder.Services.AddReverseProxy().LoadFromMemory(
            [
                new RouteConfig
                {
                    RouteId = "all",
                    ClusterId = "training",
                    Match = new RouteMatch { Path = "{**all}" },
                    Transforms =
                    [
                        .. tellsWhoAsks ? [] : new[] { new Dictionary<string, string> { ["X-Forwarded"] = "Off" } },
                        .. keepsHost ? new[] { new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" } } : [],
                    ],
                },
            ],
            [
                new ClusterConfig
                {
                    ClusterId = "training",
                    Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = upstream.ToString() } },
                    HttpRequest = new ForwarderRequestConfig { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
                },
            ]);
        },
        app => app.MapReverseProxy());

    private sealed class Counter
    {
        private int _value;

        public int Value => _value;

        public void Increment() => Interlocked.Increment(ref _value);
    }

    private sealed class NamedByToken(
        IOptionsMonitor<AuthenticationSchemeOptions> options,
        ILoggerFactory logger,
        UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var name]
                ? AuthenticateResult.Success(new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "name")), "name"))
                : AuthenticateResult.NoResult());
    }
}
