using Orca.Training.Client;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>
/// The same for an operator of all teams: behind the views of the stores such a caller sees no difference, cancellation and errors included.
/// </summary>
public sealed class OperatorClientTests : TrainingClientConformance
{
    protected override Task<ITrainingClient> ReachAsync(ITrainingClientFactory service, string? user)
    {
        var scope = new TrainingScope { User = user, Grants = [new TrainingGrant(TrainingRole.Viewer, "vision"), new TrainingGrant(TrainingRole.Operator)] };
        return Task.FromResult(service is TrainingClients clients ? clients.For(scope, user is null ? LocalPeer.Origin : null) : service.For(LocalPeer.Principal));
    }
}
