using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Tests.Cluster;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Runtimes;

namespace Orca.Training.Kubernetes.Tests.Conformance;

/// <summary>The suite of all runtimes, on a namespace of a real cluster.</summary>
public sealed class KubernetesConformanceTests(TestCluster cluster) : ContainerRuntimeConformance
{
    protected override ValueTask<RuntimeSubject> CreateSubjectAsync(CancellationToken cancellationToken)
    {
        cluster.Require();
        return ValueTask.FromResult<RuntimeSubject>(new KubernetesSubject(cluster));
    }

    private sealed class KubernetesSubject(TestCluster cluster) : RuntimeSubject
    {
        private readonly List<KubernetesRuntime> _reopened = [];
        private readonly KubernetesRuntime _runtime = cluster.NewRuntime();

        public override IContainerRuntime Runtime => _runtime;

        public override IContainerRuntime Reopen()
        {
            _reopened.Add(cluster.NewRuntime());
            return _reopened[^1];
        }

        public override AttemptSpec Spec(AttemptName name, string application, ContainerScript script) => new()
        {
            Name = name,
            Application = application,
            Image = TestCluster.Image,
            Command = ["sh", "-c", script.ToShell()],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };

        public override ValueTask DisposeAsync()
        {
            _runtime.Dispose();
            _reopened.ForEach(r => r.Dispose());
            return ValueTask.CompletedTask;
        }
    }
}
