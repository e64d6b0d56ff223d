using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>Who is answered.</summary>
public sealed class ClosedByDefaultTests : IDisposable
{
    private readonly Installation _installation = new();
    private (Door Door, bool IsKnown) _admitted;

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _installation.Dispose();

    [Theory]
    [InlineData("http://127.0.0.1:0", "127.0.0.1")]
    [InlineData("http://127.0.0.1:0", "127.8.9.1")]
    [InlineData("http://[::1]:0", "::1")]
    [InlineData("http://[::]:0", "127.0.0.1")]
    [InlineData("http://[::]:0", "127.0.0.2")]
    [InlineData("http://[::]:0", "::1")]
    public async Task A_direct_caller_on_the_same_machine_is_answered_by_whatever_loopback_address(string listens, string from)
    {
        await using var host = await StartAsync(listens: listens);
        var address = IPAddress.Parse(from);
        var (to, name) = address.AddressFamily is AddressFamily.InterNetwork ? ("127.0.0.1", "127.0.0.1") : ("::1", "[::1]");
        using var handler = From(address, IPAddress.Parse(to));
        using var channel = GrpcChannel.ForAddress($"http://{name}:{host.Address.Port}", new GrpcChannelOptions { HttpHandler = handler });
        using var client = new GrpcTrainingClient(channel);

        Assert.Null((await _installation.ReadAsync(await client.TrainAsync(Installation.Request, Token))).User);
    }

    [Theory]
    [InlineData(null, "the connection of this call does not identify the caller")]
    [InlineData("10.0.0.1", "comes from another machine")]
    [InlineData("::ffff:10.0.0.1", "comes from another machine")]
    [InlineData("0.0.0.0", "comes from another machine")]
    [InlineData("2001:db8::1", "comes from another machine")]
    [InlineData("127.0.0.9", "the connection of this call does not start on this machine")]
    public async Task Nobody_else_is_answered_and_told_why_and_what_the_host_would_write(string? address, string why)
    {
        await using var host = await StartAsync(c => c.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address));
        Assert.SkipUnless(OperatingSystem.IsLinux() || address != "127.0.0.9", "Only Linux lists whose connections are.");
        using var client = host.Connect();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Installation.Request, Token));

        Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("To accept other callers, the host calls app.MapOrcaTraining().RequireAuthorization(policy).", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(refusal.Message, Assert.IsType<RpcException>(refusal.InnerException).Status.Detail);
        Assert.Contains(host.Logs.GetSnapshot(), record => record.Id.Id == 3002 && record.Message.EndsWith(refusal.Message, StringComparison.Ordinal));
        await Assert.ThrowsAsync<TrainingException>(() => client.WatchTrainingAsync(new JobId(1), cancellationToken: Token).ToListAsync(Token).AsTask());
    }

    [Fact]
    public async Task A_refusal_of_what_is_no_gRPC_call_is_a_problem_with_the_same_sentence()
    {
        await using var host = await StartAsync(c => c.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1"));
        using var web = new HttpClient();

        using var answer = await web.GetAsync(new Uri(host.Address, "/orca-training/runs.jsonl"), Token);

        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(
            "The training service accepts calls from its own machine only, and this call comes from another machine. "
            + "To accept other callers, the host calls app.MapOrcaTraining().RequireAuthorization(policy).",
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task An_address_that_the_host_believes_a_proxy_to_tell_opens_nothing()
    {
        await using var host = await StartAsync(map: app =>
        {
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All });
            app.MapOrcaTraining();
        });
        using var web = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/orca-training/runs.jsonl"));
        request.Headers.Add("X-Forwarded-For", "127.0.0.1");
        request.Headers.Add("X-Forwarded-Host", host.Address.Authority);
        request.Headers.Add("X-Forwarded-Proto", "http");

        using var answer = await web.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("X-Original-", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_endpoints_of_the_host_are_its_own_business()
    {
        await using var host = await StartAsync(c => c.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1"));
        using var web = new HttpClient();

        Assert.Equal("hello", await web.GetStringAsync(new Uri(host.Address, "/hello"), Token));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("default policy")]
    [InlineData("fallback policy")]
    [InlineData("anonymous")]
    [InlineData("group of anonymous")]
    [InlineData("anonymous and policy")]
    [InlineData("this machine")]
    [InlineData("everyone and this machine")]
    public async Task A_caller_whom_the_host_knows_is_nobody_here_as_long_as_it_has_not_said_so(string said)
    {
        await using var host = await StartAsync(
            Elsewhere,
            app => _ = said switch
            {
                "anonymous" => app.MapOrcaTraining().AllowAnonymous(),
                "group of anonymous" => app.MapGroup("").AllowAnonymous().MapOrcaTraining(),
                "anonymous and policy" => app.MapOrcaTraining().RequireAuthorization().AllowAnonymous(),
                "this machine" => app.MapOrcaTraining().AllowThisMachineOnly(),
                "everyone and this machine" => app.MapOrcaTraining().AllowThisMachineOnly().AllowAnyoneToDoEverything(),
                _ => app.MapOrcaTraining(),
            },
            o =>
            {
                o.DefaultPolicy = said == "default policy" ? Policy("ada") : o.DefaultPolicy;
                o.FallbackPolicy = said == "fallback policy" ? Policy("ada") : null;
            });
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var client = With(channel, "x-user", "ada");

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.CancelTrainingAsync(new JobId(1), Token));

        Assert.Equal(TrainingError.PermissionDenied, refusal.Error);
        Assert.Contains("app.MapOrcaTraining().RequireAuthorization(policy)", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_came_in_without_a_policy_is_anonymous_whomever_the_host_knows(bool isOpen)
    {
        await using var host = await StartAsync(map: app => _ = isOpen ? app.MapOrcaTraining().AllowAnyoneToDoEverything() : app.MapOrcaTraining());
        using var channel = GrpcChannel.ForAddress(host.Address);

        // A cookie of an application beside it comes along as well; the header is one that a direct caller may send.
        var job = await With(channel, "authorization", "ada").TrainAsync(Installation.Request, Token);

        Assert.Null((await _installation.ReadAsync(job)).User);
        Assert.Equal((isOpen ? Door.Everyone : Door.ThisMachine, false), _admitted);
    }

    [Fact]
    public async Task A_host_can_open_the_service_to_everybody_by_a_name_that_says_so()
    {
        await using var host = await StartAsync(Elsewhere, app => app.MapOrcaTraining().AllowAnyoneToDoEverything());
        using var client = host.Connect();

        Assert.Null((await _installation.ReadAsync(await client.TrainAsync(Installation.Request, Token))).User);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_a_policy_only_those_are_answered_whom_it_lets_in_and_they_go_on_record(bool isElsewhere)
    {
        await using var host = await StartAsync(isElsewhere ? Elsewhere : null, app => app.MapOrcaTraining().RequireAuthorization(policy => policy.RequireUserName("ada")));
        using var channel = GrpcChannel.ForAddress(host.Address);

        var job = await With(channel, "x-user", "ada").TrainAsync(Installation.Request, Token);
        var eve = await Assert.ThrowsAsync<TrainingException>(() => With(channel, "x-user", "eve").TrainAsync(Installation.Request, Token));
        var nobody = await Assert.ThrowsAsync<TrainingException>(() => new GrpcTrainingClient(channel).TrainAsync(Installation.Request, Token));

        Assert.Equal("ada", (await _installation.ReadAsync(job)).User);
        Assert.Equal((Door.Policy, true), _admitted);
        Assert.Equal(TrainingError.PermissionDenied, eve.Error);
        Assert.Equal(TrainingError.Unauthenticated, nobody.Error);
    }

    [Fact]
    public async Task With_a_policy_and_this_machine_only_a_caller_meets_both()
    {
        await using var host = await StartAsync(map: app => app.MapOrcaTraining().AllowThisMachineOnly().RequireAuthorization());
        using var channel = GrpcChannel.ForAddress(host.Address);

        var nobody = await Assert.ThrowsAsync<TrainingException>(() => new GrpcTrainingClient(channel).TrainAsync(Installation.Request, Token));
        var job = await With(channel, "authorization", "ada").TrainAsync(Installation.Request, Token);

        Assert.Equal(TrainingError.Unauthenticated, nobody.Error);
        Assert.Null((await _installation.ReadAsync(job)).User);
    }

    [Theory]
    [InlineData("nothing", 1)]
    [InlineData("anonymous", 1)]
    [InlineData("this machine", 0)]
    [InlineData("everyone", 0)]
    [InlineData("policy", 0)]
    [InlineData("group with a policy", 0)]
    public async Task A_host_that_has_not_said_who_may_call_is_told_once_at_start_what_to_write(string said, int warnings)
    {
        await using var host = await StartAsync(map: app =>
        {
            _ = said switch
            {
                "anonymous" => app.MapOrcaTraining().AllowAnonymous(),
                "this machine" => app.MapOrcaTraining().AllowThisMachineOnly(),
                "everyone" => app.MapOrcaTraining().AllowAnyoneToDoEverything(),
                "policy" => app.MapOrcaTraining().RequireAuthorization("ada"),
                "group with a policy" => app.MapGroup("").RequireAuthorization().MapOrcaTraining(),
                _ => (IEndpointConventionBuilder)app.MapOrcaTraining(),
            };
            app.MapOrcaTrainingReflection();
        });

        var told = host.Logs.GetSnapshot().Where(r => r.Level >= LogLevel.Warning).ToList();

        Assert.Equal(warnings, told.Count);
        Assert.All(told, r => Assert.Equal(
            (3004, "The host does not say who may call the training service, so it accepts calls from this machine only. "
                + "If that is intended, call app.MapOrcaTraining().AllowThisMachineOnly(); otherwise call app.MapOrcaTraining().RequireAuthorization(policy)."),
            (r.Id.Id, r.Message)));
    }

    private static GrpcTrainingClient With(GrpcChannel channel, string header, string value) => new(channel.Intercept(metadata =>
    {
        metadata.Add(header, value);
        return metadata;
    }));

    private static void Elsewhere(HttpContext context) => context.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1");

    private static AuthorizationPolicy Policy(string user) => new AuthorizationPolicyBuilder().RequireUserName(user).Build();

    /// <summary>Connects from an address of this machine.</summary>
    private static SocketsHttpHandler From(IPAddress address, IPAddress to) => new()
    {
        ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(new IPEndPoint(to, context.DnsEndPoint.Port), token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    /// <summary>A host that believes who says to be somebody.</summary>
    private Task<TrainingHost> StartAsync(
        Action<HttpContext>? change = null, Action<WebApplication>? map = null, Action<AuthorizationOptions>? authorize = null, string listens = "http://127.0.0.1:0") => TrainingHost.StartAsync(
        _installation.Clients,
        builder =>
        {
            builder.WebHost.UseUrls(listens);
            builder.Services.AddAuthentication("believe").AddScheme<AuthenticationSchemeOptions, Believing>("believe", _ => { });
            builder.Services.AddAuthorization(o =>
            {
                o.AddPolicy("ada", Policy("ada"));
                authorize?.Invoke(o);
            });
        },
        app =>
        {
            app.Use(async (context, next) =>
            {
                change?.Invoke(context);
                await next(context);
                _admitted = context.Features.Get<Admission>() is { } admission ? (admission.Door, context.User.Identity!.IsAuthenticated) : _admitted;
            });
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGet("/hello", () => "hello").AllowAnonymous();
            (map ?? (a => a.MapOrcaTraining()))(app);
        });

    private sealed class Believing(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers is var headers && (headers.TryGetValue("x-user", out var name) || headers.TryGetValue("Authorization", out name))
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name.ToString())], "believe")), "believe"))
            : AuthenticateResult.NoResult());
    }
}
