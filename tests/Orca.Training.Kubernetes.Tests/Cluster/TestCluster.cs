using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Kubernetes.Tests.Cluster;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace Orca.Training.Kubernetes.Tests.Cluster;

/// <summary>
/// The cluster of eng/kubernetes.sh, and a namespace of this run's own in it. Tests that need it are skipped where there is none: not
/// every machine lets one be made.
/// </summary>
public sealed class TestCluster : IAsyncLifetime
{
    public const string Image = "orca-training/test:latest";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private IKubernetes? _admin;
    private string? _missing;

    /// <summary>Says where the cluster is, as its administrator.</summary>
    public string KubeConfig { get; private set; } = "";

    public string Namespace { get; } = $"orca-tests-{Environment.ProcessId}";

    /// <summary>To look at what the runtime did, and to do by hand what users do.</summary>
    public IKubernetes Admin => _admin ?? throw new InvalidOperationException("Require() was not called.");

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var answer = await Repository.RunScriptAsync("kubernetes.sh", ["status"], engine: null, patience.Token);
            KubeConfig = answer.Split('\n').Single(l => l.StartsWith("KUBECONFIG=", StringComparison.Ordinal))["KUBECONFIG=".Length..];
        }
        catch (InvalidOperationException)
        {
            // Not thrown here: tests that need no cluster run without one.
            _missing = "No Kubernetes runs here; start one with 'eng/kubernetes.sh up'.";
            return;
        }

        _admin = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(KubeConfig));
        await MakeNamespaceAsync(Namespace, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
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

    /// <summary>A runtime in this run's namespace, as the administrator; it pulls no images.</summary>
    internal KubernetesRuntime NewRuntime(Action<KubernetesOptions>? configure = null)
    {
        var options = new KubernetesOptions { KubeConfig = KubeConfig, Namespace = Namespace, PullMissingImages = false };
        configure?.Invoke(options);
        return new KubernetesRuntime("kubernetes", options, TimeProvider.System, NullLogger.Instance);
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
