using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>The client within the host's own process.</summary>
public sealed class InProcessClientTests : TrainingClientConformance
{
    protected override Task<ITrainingClient> ReachAsync(ITrainingClientFactory service, string? user) => Task.FromResult(service.For(Callers.Named(user)));
}
