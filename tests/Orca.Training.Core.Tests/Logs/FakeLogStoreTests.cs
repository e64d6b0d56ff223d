using Orca.Training.Logs;
using Orca.Training.Testing.Conformance.Logs;

namespace Orca.Training.Tests.Logs;

public sealed class FakeLogStoreTests : LogStoreConformance
{
    protected override ValueTask<ILogStore> CreateAsync() => ValueTask.FromResult(LogSamples.FakeStore());
}
