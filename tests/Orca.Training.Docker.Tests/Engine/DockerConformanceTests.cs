using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Runtimes;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>The suite of all runtimes, on the machine's own engine. What is Docker's alone is tested beside it.</summary>
public sealed class DockerConformanceTests(DockerEngine engine) : ContainerRuntimeConformance
{
    protected override ValueTask<RuntimeSubject> CreateSubjectAsync(CancellationToken cancellationToken)
    {
        engine.Require();
        return ValueTask.FromResult<RuntimeSubject>(new DockerSubject());
    }

    private sealed class DockerSubject : RuntimeSubject
    {
        private readonly List<DockerRuntime> _reopened = [];
        private readonly DockerRuntime _runtime = NewRuntime();

        public override IContainerRuntime Runtime => _runtime;

        public override IContainerRuntime Reopen()
        {
            _reopened.Add(NewRuntime());
            return _reopened[^1];
        }

        public override AttemptSpec Spec(AttemptName name, string application, ContainerScript script) => new()
        {
            Name = name,
            Application = application,
            Image = DockerEngine.Image,
            Command = ["sh", "-c", script.ToShell()],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };

        public override ValueTask DisposeAsync()
        {
            _runtime.Dispose();
            _reopened.ForEach(r => r.Dispose());
            return ValueTask.CompletedTask;
        }

        private static DockerRuntime NewRuntime() => EngineTest.NewRuntime(o => o.Pull = ImagePullPolicy.Never);
    }
}
