using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>Clients for callers as ASP.NET knows them.</summary>
public static class TrainingClientFactoryExtensions
{
    /// <summary>A client whose submissions are the caller's: by the name of an authenticated identity, else nobody's.</summary>
    public static ITrainingClient ForUser(this ITrainingClientFactory clients, ClaimsPrincipal caller)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(caller);
        return clients.ForUser(caller.Identity is { IsAuthenticated: true, Name: var name } ? name : null);
    }
}
