using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orca.Training.Client;
using Orca.Training.Grpc;

namespace Orca.Training.AspNetCore.Access;

/// <summary>
/// Answers only callers on this machine, as long as the host has not said who else may call: by authenticating the caller, or by
/// authorization metadata on the endpoint, which the host's authorization middleware then enforces.
/// </summary>
internal sealed class ClosedByDefault(RequestDelegate next, ILogger logger)
{
    private const string Sentence =
        "This training service answers only callers on its own machine, because it does not know who calls. " +
        "Its host opens it with app.MapOrcaTraining().RequireAuthorization() and authentication.";

    // What reverse proxies leave behind: whoever is behind one is not known to be on this machine. X-Original-For is where ASP.NET
    // Core's own middleware moves an address that it believed.
    private static readonly string[] ForwardingHeaders =
        ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-For", "X-Real-IP", "Via"];

    /// <summary>Puts every endpoint of a group behind this rule.</summary>
    public static void Guard(IEndpointConventionBuilder group, IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<ClosedByDefault>();

        // Last of all conventions, so that nothing runs before it.
        group.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } inner)
            {
                endpoint.RequestDelegate = new ClosedByDefault(inner, logger).InvokeAsync;
            }
        });
    }

    public Task InvokeAsync(HttpContext context)
    {
        var isKnown = IsKnown(context);
        // Who is let in without a name, by the connection or by the host's own word that anybody is, acts as an operator without one.
        if (!isKnown && (IsLocal(context) ? CallerFeature.Local : IsOpened(context) ? CallerFeature.Anybody : null) is { } letIn)
        {
            context.Features.Set(letIn);
            return next(context);
        }

        if (isKnown || IsHostsConcern(context))
        {
            return next(context);
        }

        Log.RefusedRemoteCaller(logger, context.Request.Path, context.Connection.RemoteIpAddress?.ToString() ?? "an unknown address");
        return RefuseAsync(context);
    }

    // Not by context.User, which makes a nobody for each call of a host without authentication.
    private static bool IsKnown(HttpContext context) =>
        context.Features.Get<IHttpAuthenticationFeature>()?.User?.Identity is { IsAuthenticated: true };

    private static bool IsHostsConcern(HttpContext context) =>
        context.GetEndpoint()?.Metadata is { } metadata
        && (metadata.GetMetadata<IAuthorizeData>() is not null
            || metadata.GetMetadata<AuthorizationPolicy>() is not null);

    private static bool IsOpened(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static bool IsLocal(HttpContext context)
    {
        // No address: the caller did not come over a network, but through a Unix socket or a named pipe, or a test's memory.
        var address = context.Connection.RemoteIpAddress;
        return (address is null || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
            && !Array.Exists(ForwardingHeaders, context.Request.Headers.ContainsKey);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        var response = context.Response;
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) is not true)
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.ContentType = "text/plain; charset=utf-8";
            return response.WriteAsync(Sentence, context.RequestAborted);
        }

        // An answer of headers alone is how gRPC refuses a call before it begins.
        var status = ErrorMapping.StatusOf(new TrainingException(TrainingError.Unauthenticated, Sentence));
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)StatusCode.Unauthenticated).ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Sentence;
        response.Headers[MetadataExtensions.StatusDetailsTrailerName] = Convert.ToBase64String(status.ToByteArray());
        return Task.CompletedTask;
    }
}
