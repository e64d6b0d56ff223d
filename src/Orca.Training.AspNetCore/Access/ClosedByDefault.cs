using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Access;

/// <summary>
/// Answers only direct callers on this machine, as long as the host has not said at the mapping who else may call. That the host knows a
/// caller is no such word: its customers are not the training service's operators.
/// </summary>
internal sealed class ClosedByDefault(RequestDelegate next, GuardedEndpoint guarded, ILogger logger)
{
    /// <summary>Puts every endpoint of a group behind this rule.</summary>
    public static void Guard(RouteGroupBuilder group, IServiceProvider services, GuardedEndpoint guarded)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<ClosedByDefault>();
        group.WithMetadata(guarded);

        // Last of all conventions, so that nothing runs before it.
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } inner)
            {
                endpoint.RequestDelegate = new ClosedByDefault(inner, guarded, logger).InvokeAsync;
            }
        });
        if (!guarded.IsHarmless)
        {
            var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
            lifetime.ApplicationStarted.Register(() => WarnIfNobodySaid(services, logger));
        }
    }

    public Task InvokeAsync(HttpContext context)
    {
        var door = guarded.DoorOf(context.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty) ?? Door.ThisMachine;
        if (WhyRefused(context, door) is { } refusal)
        {
            Log.RefusedCaller(logger, context.Request.Path, $"{context.Connection.RemoteIpAddress}", refusal.Message);
            return Refusal.WriteAsync(context, refusal);
        }

        if (door != Door.Policy && IsKnown(context))
        {
            // The host knows somebody and has not said what the training service is to make of it.
            context.User = new ClaimsPrincipal(new ClaimsIdentity());
        }

        Admission.Put(context, door);
        return next(context);
    }

    private TrainingException? WhyRefused(HttpContext context, Door door) =>
        door == Door.ThisMachine && LocalCaller.WhyNot(context) is { } elsewhere
            ? new TrainingException(
                IsKnown(context) ? TrainingError.PermissionDenied : TrainingError.Unauthenticated,
                $"This training service answers only callers on its own machine, and {elsewhere}. " +
                $"Its host says who else may call with app.{guarded.MappedBy}().RequireAuthorization(policy).")
        : BrowserGuard.Objection(context.Request, guardsReads: door == Door.ThisMachine) is { } objection
            ? new TrainingException(TrainingError.PermissionDenied, objection)
        : null;

    // Not by context.User, which makes a nobody for each call of a host without authentication.
    private static bool IsKnown(HttpContext context) =>
        context.Features.Get<IHttpAuthenticationFeature>()?.User?.Identities.Any(i => i.IsAuthenticated) is true;

    private static void WarnIfNobodySaid(IServiceProvider services, ILogger logger)
    {
        // The host's, with the conventions of all groups around ours.
        var all = services.GetRequiredService<EndpointDataSource>().Endpoints.Select(e => e.Metadata);
        if (all.Any(m => m.GetMetadata<GuardedEndpoint>() is { IsHarmless: false } guarded && guarded.DoorOf(m) is null))
        {
            Log.NobodySaidWhoMayCall(logger);
        }
    }
}
