using Orca.Training.Logs;

namespace Orca.Training.Tests.Logs;

public sealed class FakeLogStoreTests : LogStoreTests
{
    protected override ILogStore Create() => LogSamples.FakeStore();
}
