using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>A client meets a host that wants to know who calls.</summary>
public sealed class SignInTests
{
    private static CancellationToken Cancel => Patience.Token;

    [Fact]
    public async Task A_sign_in_page_that_answers_in_place_of_the_service_is_told_as_one_with_the_way_out()
    {
        await using var host = await StartAsync(services => services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie());
        using var client = host.Connect();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.GetTrainingStatusAsync(new JobId(1), Cancel));

        Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
        Assert.Equal(
            $"A sign-in page at /Account/Login answered in place of the training service at {host.Address.GetLeftPart(UriPartial.Authority)}: the host signs callers in with a browser. "
            + "Give this client a token (the option Token of Connect), and let the host accept tokens where it maps the training service.",
            refusal.Message);
    }

    [Fact]
    public async Task A_token_that_the_client_is_given_goes_with_each_call_and_is_asked_for_each_time()
    {
        await using var host = await StartAsync(services => services.AddAuthentication("token").AddScheme<AuthenticationSchemeOptions, OneToken>("token", null));
        var asked = 0;
        using var client = GrpcTrainingClient.Connect(host.Address, options => options.Token = _ => ValueTask.FromResult(++asked > 2 ? "expired" : OneToken.Right));

        var job = await client.TrainAsync(Installation.Request, Cancel);
        Assert.Equal(job, (await client.GetTrainingStatusAsync(job, Cancel)).JobId);
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.GetTrainingStatusAsync(job, Cancel));

        Assert.Equal((TrainingError.Unauthenticated, 3), (refusal.Error, asked));
    }

    [Fact]
    public async Task A_source_of_tokens_that_fails_is_told_with_its_own_words()
    {
        await using var host = await StartAsync(services => services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie());
        using var client = GrpcTrainingClient.Connect(host.Address, options => options.Token = _ => throw new InvalidOperationException("The vault is sealed."));

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.GetTrainingStatusAsync(new JobId(1), Cancel));

        Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
        Assert.EndsWith("could not be obtained: The vault is sealed.", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<TrainingHost> StartAsync(Action<IServiceCollection> authenticate) => TrainingHost.StartAsync(
        new Installation().Clients,
        builder =>
        {
            authenticate(builder.Services);
            builder.Services.AddAuthorization();
        },
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapOrcaTraining().RequireAuthorization();
        });

    /// <summary>Knows one token and whose it is.</summary>
    private sealed class OneToken(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        public const string Right = "the-right-token";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers.Authorization == $"Bearer {Right}"
            ? AuthenticateResult.Success(new AuthenticationTicket(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada"), new Claim(ClaimTypes.NameIdentifier, "ada")], "token")), "token"))
            : AuthenticateResult.NoResult());
    }
}
