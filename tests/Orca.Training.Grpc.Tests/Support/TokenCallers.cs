using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orca.Training.Grpc.Tests.Support;

/// <summary>A host's sign-in for tests: a token is a name among those that it knows.</summary>
internal static class TokenCallers
{
    public static void AddTokenCallers(this IServiceCollection services, IReadOnlyDictionary<string, ClaimsPrincipal> known)
    {
        services.AddSingleton(known);
        services.AddAuthentication("token").AddScheme<AuthenticationSchemeOptions, Handler>("token", null);
        services.AddAuthorization();
    }

    private sealed class Handler(
        IReadOnlyDictionary<string, ClaimsPrincipal> known, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        private const string Bearer = "Bearer ";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers.Authorization.ToString() is var header && header.StartsWith(Bearer, StringComparison.Ordinal) && known.TryGetValue(header[Bearer.Length..], out var caller)
                ? AuthenticateResult.Success(new AuthenticationTicket(caller, "token"))
                : AuthenticateResult.NoResult());
    }
}
