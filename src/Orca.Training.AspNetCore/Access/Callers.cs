using System.Security.Claims;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Access;

/// <summary>The client that acts for who calls: the only one that endpoints answer with.</summary>
internal static class Callers
{
    private static readonly ClaimsPrincipal Nobody = new(new ClaimsIdentity());

    /// <exception cref="TrainingException">It is not known who calls.</exception>
    public static ITrainingClient For(HttpContext http)
    {
        var letIn = http.Features.Get<CallerFeature>();
        var origin = letIn is { IsHere: true } ? null : http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        return http.RequestServices.GetRequiredService<ITrainingClientFactory>().For(letIn?.Caller ?? Known(http), origin);
    }

    /// <inheritdoc cref="For(HttpContext)"/>
    public static ITrainingClient For(ServerCallContext call) => For(call.GetHttpContext());

    // Not by HttpContext.User, which makes a nobody for each call of a host without authentication.
    private static ClaimsPrincipal Known(HttpContext http) => http.Features.Get<IHttpAuthenticationFeature>()?.User ?? Nobody;
}
