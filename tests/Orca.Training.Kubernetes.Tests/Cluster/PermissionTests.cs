using k8s;
using k8s.Models;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Tests.Cluster;

public sealed class PermissionTests(TestCluster cluster) : ClusterTest(cluster)
{
    [Fact]
    public async Task What_the_host_may_not_do_is_said_when_it_starts()
    {
        var runtime = NewRuntime(await AsAsync("nobody"));
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.DescribeAsync(Token));

        Assert.Contains("create batch/jobs", exception.Message, StringComparison.Ordinal);
        Assert.Contains("get pods/log", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Cluster.Namespace}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("docs/kubernetes.md", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documents_Role_is_enough_and_a_quota_says_what_there_is_for_a_host_that_may_not_list_nodes()
    {
        var space = $"{Cluster.Namespace}-role";
        await Cluster.MakeNamespaceAsync(space, Token);
        await Cluster.MakeQuotaAsync(space, Token, ("limits.memory", "1Gi"));
        try
        {
            await GrantAsync(space, "trainer");
            var runtime = NewRuntime(await AsAsync("trainer", space));
            var lacking = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.DescribeAsync(Token));
            Assert.Contains("ResourceQuota", lacking.Message, StringComparison.Ordinal);

            await Cluster.Admin.CoreV1.DeleteNamespacedResourceQuotaAsync("limit", space, cancellationToken: Token);
            await Cluster.MakeQuotaAsync(space, Token, ("limits.cpu", "2"), ("limits.memory", "1Gi"));
            var info = await runtime.DescribeAsync(Token);
            Assert.Equal((2, 1L << 30), (info.Total.Cpus, info.Total.MemoryBytes));
            Assert.Contains("Kubernetes v", info.Description, StringComparison.Ordinal);

            // The whole of an attempt's life, as the Role allows it.
            var spec = Script("echo ready; exec sleep 60") with { Limits = new(0.1, 32 << 20) };
            var hints = runtime.WatchAsync(Scope, Token);
            Assert.IsType<StartResult.Started>(await runtime.StartAsync(spec, Phases, Token));
            Assert.Equal("ready", (await runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token)).Text);
            Assert.Equal(ContainerState.Running, (await hints.FirstAsync(Token)).State);
            await runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(5), Token);
            Assert.Equal(143, Assert.Single(await runtime.ListAsync(Scope, Token)).ExitCode);
            await runtime.RemoveAsync(spec.Name, Token);
            Assert.Empty(await runtime.ListAsync(Scope, Token));
        }
        finally
        {
            await Cluster.Admin.CoreV1.DeleteNamespaceAsync(space, cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task The_administrator_sees_what_the_nodes_have()
    {
        var info = await Runtime.DescribeAsync(Token);

        Assert.Equal(Environment.ProcessorCount, info.Total.Cpus, 0.01);
        Assert.True(info.Total.MemoryBytes > 100_000_000);
    }

    /// <summary>Options for a service account of a namespace.</summary>
    private async Task<Action<KubernetesOptions>> AsAsync(string account, string? space = null)
    {
        space ??= Cluster.Namespace;
        await Cluster.Admin.CoreV1.CreateNamespacedServiceAccountAsync(
            new V1ServiceAccount { ApiVersion = "v1", Kind = "ServiceAccount", Metadata = new V1ObjectMeta { Name = account } }, space, cancellationToken: Token);
        var request = new Authenticationv1TokenRequest
        {
            ApiVersion = "authentication.k8s.io/v1",
            Kind = "TokenRequest",
            Spec = new V1TokenRequestSpec { Audiences = ["https://kubernetes.default.svc"], ExpirationSeconds = 600 },
        };
        var token = await Cluster.Admin.CoreV1.CreateNamespacedServiceAccountTokenAsync(request, account, space, cancellationToken: Token);
        var file = Cluster.ConfigOf(token.Status.Token);
        return options => (options.KubeConfig, options.Namespace) = (file, space);
    }

    /// <summary>Makes what docs/kubernetes.md shows, and gives an account its Role.</summary>
    private async Task GrantAsync(string space, string account)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Folder, "docs", "kubernetes.md"), Token);
        var yaml = text.Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0]);
        await Cluster.ApplyAsync(space, string.Join("\n---\n", yaml), Token);
        var binding = new V1RoleBinding
        {
            ApiVersion = "rbac.authorization.k8s.io/v1",
            Kind = "RoleBinding",
            Metadata = new V1ObjectMeta { Name = "orca-training" },
            RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = "orca-training" },
            Subjects = [new Rbacv1Subject { Kind = "ServiceAccount", Name = account, NamespaceProperty = space }],
        };
        await Cluster.Admin.RbacAuthorizationV1.CreateNamespacedRoleBindingAsync(binding, space, cancellationToken: Token);
    }
}
