using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>Who is answered.</summary>
public sealed class ClosedByDefaultTests : IDisposable
{
    private readonly Installation _installation = new();

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _installation.Dispose();

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.2", true)]
    [InlineData(null, true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("2001:db8::1", false)]
    public async Task Only_callers_on_the_same_machine_are_answered(string? address, bool isAnswered)
    {
        await using var host = await StartAsync(address);
        using var client = host.Connect();

        if (isAnswered)
        {
            await client.TrainAsync(Installation.Request, Token);
            return;
        }

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Installation.Request, Token));
        Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
        Assert.Contains("MapOrcaTraining().RequireAuthorization()", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(refusal.Message, Assert.IsType<RpcException>(refusal.InnerException).Status.Detail);
        Assert.Contains(host.Logs.GetSnapshot(), record => record.Id.Id == 3002);
        await Assert.ThrowsAsync<TrainingException>(() => client.WatchTrainingAsync(new JobId(1), cancellationToken: Token).ToListAsync(Token).AsTask());
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Original-For")]
    [InlineData("X-Real-IP")]
    [InlineData("Via")]
    public async Task A_caller_behind_a_proxy_is_not_on_the_same_machine(string header)
    {
        await using var host = await StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var client = With(channel, header, "127.0.0.1");

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Installation.Request, Token));

        Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
    }

    [Fact]
    public async Task A_refusal_of_what_is_no_gRPC_call_is_plain_HTTP()
    {
        await using var host = await StartAsync("10.0.0.1");
        using var web = new HttpClient();

        using var answer = await web.PostAsync(new Uri(host.Address, "/training.TrainingService/Train"), content: null, Token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("RequireAuthorization()", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_endpoints_of_the_host_are_its_own_business()
    {
        await using var host = await StartAsync("10.0.0.1");
        using var web = new HttpClient();

        Assert.Equal("hello", await web.GetStringAsync(new Uri(host.Address, "/hello"), Token));
    }

    [Fact]
    public async Task A_host_can_open_the_service_to_everybody()
    {
        await using var host = await StartAsync("10.0.0.1", endpoints => endpoints.AllowAnonymous());
        using var client = host.Connect();

        Assert.Null((await _installation.ReadAsync(await client.TrainAsync(Installation.Request, Token))).User);
    }

    [Fact]
    public async Task A_caller_whom_the_host_knows_is_answered_from_anywhere_and_goes_on_record()
    {
        await using var host = await StartAsync("10.0.0.1");
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var client = With(channel, "x-user", "ada");

        var job = await client.TrainAsync(Installation.Request, Token);

        Assert.Equal("ada", (await _installation.ReadAsync(job)).User);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    public async Task With_authorization_only_those_are_answered_whom_it_lets_in(string address)
    {
        await using var host = await StartAsync(address, endpoints => endpoints.RequireAuthorization(policy => policy.RequireUserName("ada")));
        using var channel = GrpcChannel.ForAddress(host.Address);

        var job = await With(channel, "x-user", "ada").TrainAsync(Installation.Request, Token);
        var eve = await Assert.ThrowsAsync<TrainingException>(() => With(channel, "x-user", "eve").TrainAsync(Installation.Request, Token));
        var nobody = await Assert.ThrowsAsync<TrainingException>(() => new GrpcTrainingClient(channel).TrainAsync(Installation.Request, Token));

        Assert.Equal("ada", (await _installation.ReadAsync(job)).User);
        Assert.Equal(TrainingError.PermissionDenied, eve.Error);
        Assert.Equal(TrainingError.Unauthenticated, nobody.Error);
    }

    private static GrpcTrainingClient With(GrpcChannel channel, string header, string value) => new(channel.Intercept(metadata =>
    {
        metadata.Add(header, value);
        return metadata;
    }));

    /// <summary>A host that takes every caller to be at an address, and believes who says to be somebody.</summary>
    private Task<TrainingHost> StartAsync(string? address = "127.0.0.1", Action<IEndpointConventionBuilder>? open = null) => TrainingHost.StartAsync(
        _installation.Clients,
        builder =>
        {
            builder.Services.AddAuthentication("believe").AddScheme<AuthenticationSchemeOptions, Believing>("believe", _ => { });
            builder.Services.AddAuthorization();
        },
        app =>
        {
            app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
                return next(context);
            });
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGet("/hello", () => "hello");
            var endpoints = app.MapOrcaTraining();
            open?.Invoke(endpoints);
        });

    private sealed class Believing(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers.TryGetValue("x-user", out var name)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name.ToString())], "believe")), "believe"))
            : AuthenticateResult.NoResult());
    }
}
