namespace Orca.Training.Client;

/// <summary>
/// Clients within the host's own process that act for its users. Who calls is never part of a request: over gRPC it is the caller whom the
/// host has authenticated, and within the process it is whom the host's own code names here.
/// </summary>
/// <remarks>
/// <c>AddOrcaTraining()</c> adds it; the <see cref="ITrainingClient"/> that it adds too acts for nobody. In a controller or page:
/// <code>var job = await clients.ForUser(User).TrainAsync(request, cancellationToken);</code>
/// The service's endpoints call through it as well: whoever wants to stand between callers and service replaces it.
/// </remarks>
public interface ITrainingClientFactory
{
    /// <summary>A client whose submissions are the user's. Cheap: make one for each request, or keep it.</summary>
    /// <param name="user">
    /// The user's name as the host knows it, which has been checked; it goes on record with each job, and lists can ask for it. Null, or
    /// empty, for nobody.
    /// </param>
    ITrainingClient ForUser(string? user);
}
