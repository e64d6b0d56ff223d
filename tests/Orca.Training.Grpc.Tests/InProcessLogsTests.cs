using Orca.Training.Client;

namespace Orca.Training.Grpc.Tests;

public sealed class InProcessLogsTests : TrainingLogsTests
{
    protected override Task<ITrainingClient> ReachAsync(ITrainingClient behind) => Task.FromResult(behind);
}
