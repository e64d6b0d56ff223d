using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Access;

/// <summary>The client that acts for the caller of a request. Endpoints use no other client.</summary>
internal static class Callers
{
    /// <exception cref="TrainingException">The caller cannot be identified.</exception>
    public static ITrainingClient For(HttpContext http)
    {
        // Without a policy, callers are anonymous and may do everything.
        var door = Admission.Of(http).Door;
        var origin = door == Door.ThisMachine ? null : http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        var caller = door == Door.Policy ? http.User : LocalPeer.Principal;
        return http.RequestServices.GetRequiredService<ITrainingClientFactory>().For(caller, origin);
    }

    /// <summary>Whose share a call takes of what is limited by caller: a name that the host has checked, else the address that it comes from.</summary>
    public static string NameOf(HttpContext http) =>
        http.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? "user " + name : "address " + http.Connection.RemoteIpAddress;

    /// <inheritdoc cref="For(HttpContext)"/>
    public static ITrainingClient For(ServerCallContext call) => For(call.GetHttpContext());
}
