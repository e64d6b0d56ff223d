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
/// Accepts only local callers, unless the mapping allows others. Authentication alone is not enough: the customers of the host are not the
/// operators of the training service.
/// </summary>
internal sealed class ClosedByDefault(RequestDelegate next, GuardedEndpoint guarded, ILogger logger)
{
    /// <summary>Applies this rule to every endpoint of a group.</summary>
    public static void Guard(RouteGroupBuilder group, IServiceProvider services, GuardedEndpoint guarded)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<ClosedByDefault>();
        group.WithMetadata(guarded);

        // The last convention, so that nothing runs before it.
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
            // Without a policy, the identity that the host has found does not count.
            context.User = new ClaimsPrincipal(new ClaimsIdentity());
        }

        Admission.Put(context, door);
        return next(context);
    }

    private TrainingException? WhyRefused(HttpContext context, Door door) =>
        door == Door.ThisMachine && LocalCaller.WhyNot(context) is { } elsewhere
            ? new TrainingException(
                IsKnown(context) ? TrainingError.PermissionDenied : TrainingError.Unauthenticated,
                $"The training service accepts calls from its own machine only, and {elsewhere}. " +
                $"To accept other callers, the host calls app.{guarded.MappedBy}().RequireAuthorization(policy).")
        : BrowserGuard.Objection(context.Request, guardsReads: door == Door.ThisMachine) is { } objection
            ? new TrainingException(TrainingError.PermissionDenied, objection)
        : null;

    // Not context.User, which creates an empty principal for each call of a host without authentication.
    private static bool IsKnown(HttpContext context) =>
        context.Features.Get<IHttpAuthenticationFeature>()?.User?.Identities.Any(i => i.IsAuthenticated) is true;

    private static void WarnIfNobodySaid(IServiceProvider services, ILogger logger)
    {
        // The endpoints of the host, with the conventions of all outer groups.
        var all = services.GetRequiredService<EndpointDataSource>().Endpoints.Select(e => e.Metadata);
        if (all.Any(m => m.GetMetadata<GuardedEndpoint>() is { IsHarmless: false } guarded && guarded.DoorOf(m) is null))
        {
            Log.NobodySaidWhoMayCall(logger);
        }
    }
}
