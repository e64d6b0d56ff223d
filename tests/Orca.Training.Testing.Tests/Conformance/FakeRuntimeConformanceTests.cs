using Orca.Training.Testing.Conformance.Runtimes;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>The suite of all runtimes, on the fake one: hosts under test meet what real machines do.</summary>
public sealed class FakeRuntimeConformanceTests : ContainerRuntimeConformance
{
    protected override ValueTask<RuntimeSubject> CreateSubjectAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<RuntimeSubject>(new FakeSubject());
}
