using Orca.Training.Kubernetes.Tests.Cluster;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Kubernetes.Tests.Starting;

public sealed class HardeningTests(TestCluster cluster) : ClusterTest(cluster)
{
    [Fact]
    public async Task The_cluster_confirms_every_restriction()
    {
        var spec = Script("echo ready; exec sleep 60") with { Limits = new Resources(0.25, 64 << 20), StopGrace = TimeSpan.FromSeconds(7) };
        await StartAsync(spec);
        var pod = (await PodAsync(spec)).Spec;
        var container = Assert.Single(pod.Containers);

        Assert.Equal("Never", pod.RestartPolicy);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.False(pod.EnableServiceLinks);
        Assert.Equal(7, pod.TerminationGracePeriodSeconds);
        Assert.Equal((true, 65532, 65532), (pod.SecurityContext.RunAsNonRoot, pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsGroup));
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.Equal((false, true), (container.SecurityContext.AllowPrivilegeEscalation, container.SecurityContext.ReadOnlyRootFilesystem));
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Equal((0.25m, 64 << 20), (container.Resources.Limits["cpu"].ToDecimal(), (int)container.Resources.Limits["memory"].ToDecimal()));
        Assert.Equal(container.Resources.Limits.Select(l => (l.Key, l.Value.ToString())), container.Resources.Requests.Select(l => (l.Key, l.Value.ToString())));
        Assert.Equal("Guaranteed", (await PodAsync(spec)).Status.QosClass);
    }

    [Fact]
    public async Task The_training_finds_itself_restricted()
    {
        var spec = Script("id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; ls /var/run/secrets 2>/dev/null; env | grep -c KUBERNETES_SERVICE; df -m /dev/shm | tail -n 1 | awk '{print $6}'");
        await RunAsync(spec);

        Assert.Equal(
            ["65532", "CapBnd:\t0000000000000000", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"],
            (await OutputAsync(spec)).Where(l => l.Contains(':', StringComparison.Ordinal) || l == "65532").Order(StringComparer.Ordinal));
        Assert.Contains("/dev/shm", await OutputAsync(spec));
    }

    [Fact]
    public async Task Writes_are_refused_but_in_tmp_from_which_programs_run()
    {
        var spec = Script("for place in / /etc /bin /root /dev/shm /tmp; do (echo x > $place/file) 2>/dev/null && echo $place; done; printf '#!/bin/sh\\necho ran' > /tmp/program; chmod +x /tmp/program; /tmp/program");
        await RunAsync(spec);

        Assert.Equal(["/dev/shm", "/tmp", "ran"], await OutputAsync(spec));
    }

    [Fact]
    public async Task A_program_without_handlers_ends_on_SIGTERM_and_orphans_are_buried()
    {
        var spec = Script("(sleep 0.1 &) ; echo ready; exec sleep 60");
        await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(30), Token);

        Assert.Equal(143, (await ListedAsync(spec)).ExitCode);
    }
}
