using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>
/// Creates clients that act for a caller, in the host's own process. Such a client sees and does only what its caller may.
/// <code>var job = await clients.For(User).TrainAsync(request, cancellationToken);</code>
/// </summary>
/// <remarks>
/// <c>AddOrcaTraining()</c> registers it. An injected <see cref="ITrainingClient"/>, in contrast, is the application's own and may do anything. The
/// caller is never part of a request. <see cref="AccessOptions"/>, or your own <see cref="ITrainingAccess"/>, decides what a caller may do. All
/// endpoints of the service use this factory, so replacing it intercepts every call.
/// </remarks>
public interface ITrainingClientFactory
{
    /// <summary>Creates a client that acts for a caller. It is cheap: create one for each request.</summary>
    /// <param name="caller">The authenticated caller.</param>
    /// <param name="origin">Where the call comes from, such as an address; the audit log records it.</param>
    /// <exception cref="TrainingException">
    /// <see cref="TrainingError.Unauthenticated"/>: the caller is not authenticated, or no claim identifies it.
    /// </exception>
    ITrainingClient For(ClaimsPrincipal caller, string? origin = null);
}
