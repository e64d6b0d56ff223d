using k8s;
using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Tests.Cluster;

/// <summary>A test with an application, an installation and a runtime of its own on the real cluster, that removes what it made.</summary>
public abstract class ClusterTest : IAsyncLifetime
{
    // Time for one test: a cluster under load starts a pod in some seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static int _made;

    private readonly List<AttemptName> _attempts = [];
    private readonly List<KubernetesRuntime> _runtimes = [];
    private readonly CancellationTokenSource _patience;

    protected ClusterTest(TestCluster cluster)
    {
        Cluster = cluster;
        _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _patience.CancelAfter(Patience);
        var unique = $"t{Environment.ProcessId}x{Interlocked.Increment(ref _made)}";
        Scope = new RuntimeScope($"tests-{unique}", new InstallationId(unique));
    }

    internal KubernetesRuntime Runtime { get; private set; } = null!;

    internal RecordedPhases Phases { get; } = new();

    protected TestCluster Cluster { get; }

    protected RuntimeScope Scope { get; }

    protected CancellationToken Token => _patience.Token;

    public virtual ValueTask InitializeAsync()
    {
        Cluster.Require();
        Runtime = NewRuntime();
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var attempt in _attempts)
        {
            await Runtime.RemoveAsync(attempt, CancellationToken.None);
        }

        _runtimes.ForEach(r => r.Dispose());
        _patience.Dispose();
        GC.SuppressFinalize(this);
    }

    internal KubernetesRuntime NewRuntime(Action<KubernetesOptions>? configure = null, TimeProvider? time = null)
    {
        _runtimes.Add(Cluster.NewRuntime(configure, time));
        return _runtimes[^1];
    }

    /// <summary>An attempt that runs a shell script.</summary>
    protected AttemptSpec Script(string script, int job = 1)
    {
        var name = new AttemptName(Scope.Installation, new AttemptId(new JobId(job), 1));
        _attempts.Add(name);
        return new AttemptSpec
        {
            Name = name,
            Application = Scope.Application,
            Image = TestCluster.Image,
            Command = ["sh", "-c", script],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }

    protected async Task<string> StartAsync(AttemptSpec spec)
    {
        var result = await Runtime.StartAsync(spec, Phases, Token);
        return result is StartResult.Started started ? Assert.Single(started.Incarnations) : throw new InvalidOperationException($"{result}");
    }

    protected async Task<StartResult> TryStartAsync(AttemptSpec spec, Action<KubernetesOptions>? configure = null) =>
        await NewRuntime(configure).StartAsync(spec, Phases, Token);

    /// <summary>A refusal for good, after which nothing is left in the namespace.</summary>
    protected async Task<Outcome> FailAsync(AttemptSpec spec, Action<KubernetesOptions>? configure = null)
    {
        var outcome = Assert.IsType<StartResult.Failed>(await TryStartAsync(spec, configure)).Outcome;
        Assert.Empty(await Runtime.ListAsync(Scope, Token));
        return outcome;
    }

    protected async Task<ContainerObservation> RunAsync(AttemptSpec spec)
    {
        var watch = Runtime.WatchAsync(Scope, Token);
        await StartAsync(spec);
        return await watch.FirstAsync(o => o.Attempt == spec.Name && o.State == ContainerState.Ended, Token);
    }

    protected async Task<ContainerObservation> ListedAsync(AttemptSpec spec) =>
        Assert.Single(await Runtime.ListAsync(Scope, Token), o => o.Attempt == spec.Name);

    protected async Task<List<string>> OutputAsync(AttemptSpec spec, int rank = 0) =>
        await Runtime.ReadOutputAsync(spec.Name, rank, default, Token).Select(l => l.Text).ToListAsync(Token);

    protected async Task<V1Pod> PodAsync(AttemptSpec spec) => Assert.Single((await Cluster.Admin.CoreV1.ListNamespacedPodAsync(
        Cluster.Namespace, labelSelector: $"orca.training/installation={spec.Name.Installation}", cancellationToken: Token)).Items);
}
