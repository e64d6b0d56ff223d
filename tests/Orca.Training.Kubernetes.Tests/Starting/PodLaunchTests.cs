using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Kubernetes.Starting;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Tests.Starting;

/// <summary>What pods say that a healthy cluster without a registry gives no test on demand.</summary>
public sealed class PodLaunchTests
{
    private static readonly AttemptSpec Spec = new()
    {
        Name = new AttemptName(new InstallationId("i"), new AttemptId(new JobId(1), 1)),
        Application = "a",
        Image = "registry/trainer:1",
        Environment = new Dictionary<string, string>(),
    };

    [Theory]
    [InlineData("ErrImagePull", "rpc error: code = NotFound desc = registry/trainer:1: not found", "ImageNotFound")]
    [InlineData("ErrImagePull", "manifest unknown: manifest unknown", "ImageNotFound")]
    [InlineData("ErrImagePull", "dial tcp 10.0.0.1:443: i/o timeout", "ImagePullFailed")]
    [InlineData("ImagePullBackOff", "Back-off pulling image \"registry/trainer:1\"", "ImagePullFailed")]
    [InlineData("CreateContainerConfigError", "container has runAsNonRoot and image will run as root", "LaunchFailed")]
    [InlineData("CreateContainerError", "context deadline exceeded", "LaunchFailed")]
    public void A_container_that_waits_in_vain_is_a_failure_with_the_nodes_words(string reason, string message, string code)
    {
        var refused = Assert.IsType<LaunchState.Refused>(Of(new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } }));
        var outcome = Assert.IsType<StartResult.Failed>(refused.Result).Outcome;

        Assert.Equal(code, outcome.Code.Name);
        Assert.Contains(message, outcome.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker-pullable://registry/trainer@sha256:1", "registry/trainer@sha256:1")]
    [InlineData("registry/trainer@sha256:1", "registry/trainer@sha256:1")]
    [InlineData("sha256:1", "sha256:1")]
    [InlineData("", null)]
    public void An_image_s_content_is_told_as_a_pod_can_be_made_of_it(string imageId, string? digest)
    {
        var pod = Pod(new V1ContainerState());
        pod.Status.ContainerStatuses[0].ImageID = imageId;

        Assert.Equal(digest, PodsUp.DigestOf([pod]));
    }

    [Theory]
    [InlineData("ContainerCreating")]
    [InlineData("PodInitializing")]
    public void A_container_that_is_being_made_is_waited_for(string reason) =>
        Assert.Equal(LaunchState.Waiting, Of(new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason } }));

    [Theory]
    [InlineData("OutOfmemory")]
    [InlineData("Evicted")]
    public void A_node_that_had_no_room_after_all_puts_the_start_off(string reason)
    {
        var refused = Assert.IsType<LaunchState.Refused>(PodLaunch.Of(new V1Pod { Status = new V1PodStatus { Phase = "Failed", Reason = reason, Message = "Pod was rejected" } }, Spec));

        Assert.Contains("Pod was rejected", Assert.IsType<StartResult.Deferred>(refused.Result).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pull_is_told_as_a_phase() =>
        Assert.Equal(LaunchStep.PullingImage, Assert.IsType<LaunchState.Busy>(PodLaunch.OfEvent("Pulling", "Pulling image")).Phase.Step);

    private static LaunchState Of(V1ContainerState state) => PodLaunch.Of(Pod(state), Spec);

    private static V1Pod Pod(V1ContainerState state) => new()
    {
        Metadata = new V1ObjectMeta { Uid = "u" },
        Status = new V1PodStatus
        {
            Phase = "Pending",
            ContainerStatuses = [new V1ContainerStatus { Name = PodState.Container, State = state, Image = "", ImageID = "", Ready = false, RestartCount = 0 }],
        },
    };
}
