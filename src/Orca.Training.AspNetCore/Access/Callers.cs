using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Access;

/// <summary>The client that acts for who calls: the only one that endpoints answer with.</summary>
internal static class Callers
{
    /// <exception cref="TrainingException">It is not known who calls.</exception>
    public static ITrainingClient For(HttpContext http)
    {
        // Who came in without a policy has no name, and may do what whoever opened that door lets anybody do.
        var door = Admission.Of(http).Door;
        var origin = door == Door.ThisMachine ? null : http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        var caller = door == Door.Policy ? http.User : LocalPeer.Principal;
        return http.RequestServices.GetRequiredService<ITrainingClientFactory>().For(caller, origin);
    }

    /// <inheritdoc cref="For(HttpContext)"/>
    public static ITrainingClient For(ServerCallContext call) => For(call.GetHttpContext());
}
