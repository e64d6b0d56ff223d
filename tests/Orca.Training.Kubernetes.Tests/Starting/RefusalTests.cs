using k8s;
using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Tests.Cluster;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Kubernetes.Tests.Starting;

/// <summary>Whatever keeps a pod from starting: the right answer within a bounded time, and nothing left that starts later.</summary>
public sealed class RefusalTests(TestCluster cluster) : ClusterTest(cluster)
{
    [Fact]
    public async Task Where_no_node_has_room_the_start_is_put_off_and_says_what_it_waited_for()
    {
        var result = await TryStartAsync(Script("") with { Limits = new Resources(1_000, 0) }, o => o.SchedulingPatience = TimeSpan.FromSeconds(1));

        Assert.Contains("Insufficient cpu", Assert.IsType<StartResult.Deferred>(result).Reason, StringComparison.Ordinal);
        Assert.Contains(Phases.All, p => p.Detail?.Contains("waiting for a node", StringComparison.Ordinal) == true);
        Assert.Empty(await Runtime.ListAsync(Scope, Token));
    }

    [Theory]
    [InlineData("pods", "0")]
    [InlineData("count/jobs.batch", "0")]
    [InlineData("limits.memory", "16Mi")]
    public async Task Where_a_quota_has_no_room_the_start_is_put_off(string kind, string amount)
    {
        var space = $"{Cluster.Namespace}-{kind.Replace('/', '-').Replace('.', '-')}";
        await Cluster.MakeNamespaceAsync(space, Token);
        try
        {
            await Cluster.MakeQuotaAsync(space, Token, (kind, amount));
            var result = await TryStartAsync(Script("") with { Limits = new Resources(0.1, 32 << 20) }, o => o.Namespace = space);

            Assert.Contains("exceeded quota", Assert.IsType<StartResult.Deferred>(result).Reason, StringComparison.Ordinal);
            Assert.Empty(await NewRuntime(o => o.Namespace = space).ListAsync(Scope, Token));
        }
        finally
        {
            await Cluster.Admin.CoreV1.DeleteNamespaceAsync(space, cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task An_image_whose_registry_does_not_answer_says_that_the_pull_failed()
    {
        var outcome = await FailAsync(Script("") with { Image = "127.0.0.1:9/trainer" }, o => o.Pull = ImagePullPolicy.IfMissing);

        Assert.Equal(OutcomeCode.ImagePullFailed, outcome.Code);
        Assert.Contains("'127.0.0.1:9/trainer'", outcome.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_algorithms_own_policy_comes_before_the_machines_and_its_credentials_are_not_silently_left_out()
    {
        var outcome = await FailAsync(Script("") with { Image = "127.0.0.1:9/trainer", Pull = ImagePullPolicy.Never }, o => o.Pull = ImagePullPolicy.Always);
        var secret = await FailAsync(Script("") with { Registry = _ => ValueTask.FromResult<RegistryCredentials?>(null) });

        Assert.Equal(OutcomeCode.ImageNotFound, outcome.Code);
        Assert.Contains("KubernetesOptions.ImagePullSecrets", secret.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_image_can_have_is_an_invalid_spec()
    {
        var outcome = await FailAsync(Script("") with { Image = "Not An Image" });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("'Not An Image'", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_command_is_named()
    {
        var outcome = await FailAsync(Script("") with { Command = ["train.py", "--fast"] });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("'train.py'", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_folder_is_told_without_its_path_and_not_made()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"orca-{Scope.Installation}");
        var outcome = await FailAsync(
            Script("") with { Mounts = [new FolderMount(missing, "/data", IsReadOnly: true)] }, o => o.HostPathMounts = true);

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("folder", outcome.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(missing, outcome.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task Folders_are_refused_where_nodes_do_not_share_them()
    {
        var outcome = await FailAsync(Script("") with { Mounts = [new FolderMount("/tmp", "/data", IsReadOnly: true)] });

        Assert.Contains("KubernetesOptions.HostPathMounts", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_that_no_pod_can_have_is_an_invalid_spec()
    {
        var outcome = await FailAsync(Script("") with { Environment = new Dictionary<string, string> { ["a b"] = "c" } });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("a b", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strangers_Job_of_the_same_name_is_left_alone()
    {
        var spec = Script("exit 0");
        var name = $"orca-{spec.Name.Installation}-1-1";
        var stranger = new V1Job
        {
            ApiVersion = "batch/v1",
            Kind = "Job",
            Metadata = new V1ObjectMeta { Name = name },
            Spec = new V1JobSpec
            {
                Parallelism = 0,
                Template = new V1PodTemplateSpec { Spec = new V1PodSpec { RestartPolicy = "Never", Containers = [new V1Container { Name = "theirs", Image = TestCluster.Image }] } },
            },
        };
        await Cluster.Admin.BatchV1.CreateNamespacedJobAsync(stranger, Cluster.Namespace, cancellationToken: Token);
        var outcome = Assert.IsType<StartResult.Failed>(await Runtime.StartAsync(spec, Phases, Token)).Outcome;

        Assert.Equal(OutcomeCode.LaunchFailed, outcome.Code);
        Assert.Contains($"'{name}'", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(name, (await Cluster.Admin.BatchV1.ReadNamespacedJobAsync(name, Cluster.Namespace, cancellationToken: Token)).Metadata.Name);
    }

    [Fact]
    public async Task A_namespace_that_is_not_there_is_said()
    {
        var outcome = Assert.IsType<StartResult.Failed>(await TryStartAsync(Script(""), o => o.Namespace = "orca-nowhere")).Outcome;
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => NewRuntime(o => o.Namespace = "orca-nowhere").DescribeAsync(Token));

        Assert.Contains("'orca-nowhere'", outcome.Message, StringComparison.Ordinal);
        Assert.Contains("kubectl create namespace orca-nowhere", exception.Message, StringComparison.Ordinal);
    }
}
