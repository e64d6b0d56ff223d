using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Tests.Observing;

/// <summary>What pods say that a healthy cluster gives no test on demand.</summary>
public sealed class PodStateTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_pod_that_its_node_put_out_has_ended_and_says_why()
    {
        var seen = Observe(new V1PodStatus { Phase = "Failed", Reason = "Evicted", Message = "The node was low on resource: memory." });

        Assert.Equal((ContainerState.Ended, null, "Evicted: The node was low on resource: memory"), (seen.State, seen.ExitCode, seen.Detail));
    }

    [Fact]
    public void An_end_that_the_container_runtime_explains_carries_the_explanation()
    {
        var seen = Observe(StatusOf(new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 128, Reason = "StartError", Message = "no such device" } }));

        Assert.Equal((128, "StartError: no such device"), (seen.ExitCode, seen.Detail));
    }

    [Fact]
    public void An_end_of_which_a_node_lost_all_but_the_fact_has_no_exit_code()
    {
        var status = StatusOf(new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ContainerCreating" } });
        status.Phase = "Failed";
        status.ContainerStatuses[0].LastState = new V1ContainerState
        {
            Terminated = new V1ContainerStateTerminated { ExitCode = 137, Reason = "ContainerStatusUnknown", Message = "The container could not be located." },
        };
        var seen = Observe(status);

        Assert.Equal((ContainerState.Ended, null, "ContainerStatusUnknown: The container could not be located"), (seen.State, seen.ExitCode, seen.Detail));
    }

    [Theory]
    [InlineData(30, ContainerState.Running)]
    [InlineData(61, ContainerState.Ended)]
    public void A_pod_whose_node_never_says_that_it_ended_is_given_up_a_minute_after_its_deletion_was_due(int secondsAgo, ContainerState expected)
    {
        var seen = Observe(StatusOf(new V1ContainerState { Running = new V1ContainerStateRunning() }), deletedAt: Now.AddSeconds(-secondsAgo));

        Assert.Equal((expected, null), (seen.State, seen.ExitCode));
    }

    [Fact]
    public void A_deleted_pod_whose_record_nothing_of_ours_holds_is_removed()
    {
        var pod = PodOf(StatusOf(new V1ContainerState { Running = new V1ContainerStateRunning() }), Now);
        pod.Metadata.Finalizers = ["batch.kubernetes.io/job-tracking"];

        Assert.True(PodState.IsRemoved(pod));
    }

    private static ContainerObservation Observe(V1PodStatus status, DateTimeOffset? deletedAt = null) =>
        PodState.Observe(PodOf(status, deletedAt), new AttemptName(new InstallationId("i"), new AttemptId(new JobId(1), 1)), Now);

    private static V1Pod PodOf(V1PodStatus status, DateTimeOffset? deletedAt) => new()
    {
        Metadata = new V1ObjectMeta { Name = "pod", Uid = "uid", Finalizers = [PodState.Finalizer], DeletionTimestamp = deletedAt?.UtcDateTime },
        Spec = new V1PodSpec { NodeName = "node1", Containers = [] },
        Status = status,
    };

    private static V1PodStatus StatusOf(V1ContainerState state) => new()
    {
        Phase = "Running",
        ContainerStatuses = [new V1ContainerStatus { Name = PodState.Container, State = state, Image = "", ImageID = "", Ready = true, RestartCount = 0 }],
    };
}
