using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Kubernetes.Tests.Cluster;

[assembly: AssemblyFixture(typeof(TestCluster))]

// They wait for the cluster nearly all the time.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]

namespace Orca.Training.Kubernetes.Tests.Cluster;

/// <summary>
/// The cluster of eng/kubernetes.sh, and a namespace of this run's own in it. Tests that need it are skipped where there is none: not
/// every machine lets one be made.
/// </summary>
public sealed class TestCluster : IAsyncLifetime
{
    public const string Image = "orca-training/test:latest";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<string> _configs = [];
    private IKubernetes? _admin;
    private string? _missing;
    private string _kubectl = "";

    /// <summary>Says where the cluster is, as its administrator.</summary>
    public string KubeConfig { get; private set; } = "";

    public string Namespace { get; } = $"orca-tests-{Environment.ProcessId}";

    /// <summary>Where the cluster's API listens.</summary>
    public int Port { get; private set; }

    /// <summary>To look at what the runtime did, and to do by hand what users do.</summary>
    public IKubernetes Admin => _admin ?? throw new InvalidOperationException("Require() was not called.");

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var answer = await Repository.RunScriptAsync("kubernetes.sh", ["status"], engine: null, patience.Token);
            var values = answer.Split('\n').Select(l => l.Split('=', 2)).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);
            (KubeConfig, _kubectl) = (values["KUBECONFIG"], values["ORCA_KUBECTL"]);
        }
        catch (InvalidOperationException)
        {
            // Not thrown here: tests that need no cluster run without one.
            _missing = "No Kubernetes runs here; start one with 'eng/kubernetes.sh up'.";
            return;
        }

        Port = new Uri(KubernetesClientConfiguration.BuildConfigFromConfigFile(KubeConfig).Host).Port;
        _admin = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(KubeConfig));
        await MakeNamespaceAsync(Namespace, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _configs.ForEach(File.Delete);
        if (_admin is not null)
        {
            await _admin.CoreV1.DeleteNamespaceAsync(Namespace);
            _admin.Dispose();
        }
    }

    /// <summary>Skips the test where there is no cluster.</summary>
    public void Require() => Assert.SkipWhen(_missing is not null, _missing ?? "");

    /// <summary>Makes a namespace in which pods can be made.</summary>
    public async Task MakeNamespaceAsync(string name, CancellationToken cancellationToken)
    {
        await Admin.CoreV1.CreateNamespaceAsync(new V1Namespace { ApiVersion = "v1", Kind = "Namespace", Metadata = new V1ObjectMeta { Name = name } }, cancellationToken: cancellationToken);

        // Pods run as the service account 'default', which a controller makes a moment later.
        while (!await ExistsAsync(token => Admin.CoreV1.ReadNamespacedServiceAccountAsync("default", name, cancellationToken: token), cancellationToken))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A file like <see cref="KubeConfig"/> that leads to the cluster by another port.</summary>
    public string ConfigThrough(int port) => Write(File.ReadAllText(KubeConfig).Replace($":{Port}", $":{port}", StringComparison.Ordinal));

    /// <summary>A file that says the same as <see cref="KubeConfig"/> but who asks: one with a token.</summary>
    public string ConfigOf(string token)
    {
        var lines = File.ReadAllLines(KubeConfig).Select(l => l.StartsWith("users:", StringComparison.Ordinal) ? $"users: [{{name: admin, user: {{token: {token}}}}}]" : l);
        return Write(string.Join('\n', lines));
    }

    /// <summary>Makes what a text in YAML describes.</summary>
    public async Task ApplyAsync(string space, string yaml, CancellationToken cancellationToken) =>
        await Repository.RunAsync(_kubectl, ["--kubeconfig", KubeConfig, "--namespace", space, "apply", "--filename", Write(yaml)], Repository.Folder, engine: null, cancellationToken);

    /// <summary>Sets a quota, and waits until it counts.</summary>
    public async Task MakeQuotaAsync(string space, CancellationToken cancellationToken, params (string Kind, string Amount)[] limits)
    {
        var hard = limits.ToDictionary(l => l.Kind, l => new ResourceQuantity(l.Amount), StringComparer.Ordinal);
        var quota = new V1ResourceQuota
        {
            ApiVersion = "v1",
            Kind = "ResourceQuota",
            Metadata = new V1ObjectMeta { Name = "limit" },
            Spec = new V1ResourceQuotaSpec { Hard = hard },
        };
        await Admin.CoreV1.CreateNamespacedResourceQuotaAsync(quota, space, cancellationToken: cancellationToken);
        while ((await Admin.CoreV1.ReadNamespacedResourceQuotaAsync("limit", space, cancellationToken: cancellationToken)).Status?.Hard is not { Count: > 0 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A runtime in this run's namespace, as the administrator; it pulls no images.</summary>
    internal KubernetesRuntime NewRuntime(Action<KubernetesOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new KubernetesOptions { KubeConfig = KubeConfig, Namespace = Namespace, Pull = ImagePullPolicy.Never };
        configure?.Invoke(options);
        return new KubernetesRuntime("kubernetes", options, time ?? TimeProvider.System, NullLogger.Instance);
    }

    private string Write(string config)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, config);
        lock (_configs)
        {
            _configs.Add(path);
        }

        return path;
    }

    private static async Task<bool> ExistsAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await read(cancellationToken);
            return true;
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
