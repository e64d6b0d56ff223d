using Orca.Training.Client;

namespace Orca.Training.Grpc.Tests;

public sealed class InProcessClientTests : TrainingClientTests
{
    protected override Task<ITrainingClient> ReachAsync(ITrainingClient behind) => Task.FromResult(behind);
}
