using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>
/// Clients within the host's own process that act for its callers: each sees and does what its caller may, whatever it is asked for. Who calls is never
/// part of a request: over gRPC it is the caller whom the host has authenticated, and within the process it is whom the host's own code names here.
/// </summary>
/// <remarks>
/// <c>AddOrcaTraining()</c> adds it; the <see cref="ITrainingClient"/> that it adds too is the application's own, and may do anything. In a controller
/// or page: <code>var job = await clients.For(User).TrainAsync(request, cancellationToken);</code>
/// The service's endpoints call through it alone: whoever wants to stand between callers and service replaces it. Who may do what is said by
/// <see cref="AccessOptions"/>, or by the host's own <see cref="ITrainingAccess"/>.
/// </remarks>
public interface ITrainingClientFactory
{
    /// <summary>A client that acts for a caller. Cheap: make one for each request.</summary>
    /// <param name="caller">The caller, whom the host has authenticated.</param>
    /// <param name="origin">Where the call comes from, such as an address; it goes on record with what the caller changes.</param>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.Unauthenticated"/>: the caller is not authenticated, or no claim says who it is.
    /// </exception>
    ITrainingClient For(ClaimsPrincipal caller, string? origin = null);
}
