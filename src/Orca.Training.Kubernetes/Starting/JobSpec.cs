using System.Globalization;
using k8s.Models;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Starting;

/// <summary>Turns an attempt into the Job that the cluster is asked to make. Pure: the hardening of every pod stands here and nowhere else.</summary>
internal static class JobSpec
{
    private const string Indexed = "Indexed";

    public static V1Job Of(AttemptSpec spec, KubernetesOptions options, PodUser user) => new()
    {
        ApiVersion = "batch/v1",
        Kind = "Job",
        Metadata = new V1ObjectMeta { Name = AttemptLabels.JobOf(spec.Name), Labels = AttemptLabels.Of(spec) },
        Spec = new V1JobSpec
        {
            // A pod that started anew by itself would run unobserved and write over its results.
            BackoffLimit = 0,

            // A pod for each rank, which its number tells. One alone needs no number, which older clusters do not know.
            CompletionMode = spec.Ranks > 1 ? Indexed : null,
            Completions = spec.Ranks,
            Parallelism = spec.Ranks,
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = AttemptLabels.Of(spec), Finalizers = [PodState.Finalizer] },
                Spec = PodOf(spec, options, user),
            },
        },
    };

    private static V1PodSpec PodOf(AttemptSpec spec, KubernetesOptions options, PodUser user) => new()
    {
        RestartPolicy = "Never",
        AutomountServiceAccountToken = false,

        // Said, and not left to what a cluster may make of nothing: the node's loopback and processes are none of a training's business.
        HostNetwork = false,
        HostPID = false,
        HostIPC = false,

        // The namespace's services have no business in a training's environment.
        EnableServiceLinks = false,

        // So the training is not the first process of its space: SIGTERM ends it even where it has no handler, and processes that nobody
        // waits for are cleared away.
        ShareProcessNamespace = true,
        TerminationGracePeriodSeconds = GraceSeconds.Of(spec.StopGrace),
        NodeSelector = options.NodeSelector.Count == 0 ? null : new Dictionary<string, string>(options.NodeSelector, StringComparer.Ordinal),
        ImagePullSecrets = options.ImagePullSecrets.Count == 0 ? null : [.. options.ImagePullSecrets.Select(s => new V1LocalObjectReference { Name = s })],
        SecurityContext = new V1PodSecurityContext
        {
            RunAsNonRoot = true,
            RunAsUser = user.User,
            RunAsGroup = user.Group,
            SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
        },
        Containers = [ContainerOf(spec, options)],
        Volumes =
        [
            MemoryVolume("tmp", (long)options.TmpfsMiB << 20),
            MemoryVolume("home", (long)options.HomeMiB << 20),
            MemoryVolume("shm", SharedMemory.BytesOf(spec, options.ShmMiB)),

            // Of the type Directory: with none, the node makes a missing folder, empty and owned by root, and the training reads that.
            .. spec.Mounts.Select((m, i) => new V1Volume
            {
                Name = MountName(i),
                HostPath = new V1HostPathVolumeSource { Path = m.HostPath, Type = "Directory" },
            }),
        ],
    };

    private static V1Container ContainerOf(AttemptSpec spec, KubernetesOptions options) => new()
    {
        Name = PodState.Container,
        Image = spec.Image,
        ImagePullPolicy = (spec.Pull ?? options.Pull) switch
        {
            ImagePullPolicy.Always => "Always",
            ImagePullPolicy.Never => "Never",
            _ => "IfNotPresent",
        },

        // What a Dockerfile calls CMD; the image's entry point stays, as it does on an engine.
        Args = spec.Command.Count == 0 ? null : [.. spec.Command.Select(Literally)],
        Env = [.. ContainerHome.EnvironmentOf(spec).Select(v => new V1EnvVar { Name = v.Key, Value = Literally(v.Value) })],
        Resources = ResourcesOf(spec, options),
        SecurityContext = new V1SecurityContext
        {
            AllowPrivilegeEscalation = false,
            Privileged = false,
            ReadOnlyRootFilesystem = true,
            Capabilities = new V1Capabilities { Drop = ["ALL"] },
        },
        VolumeMounts =
        [
            new V1VolumeMount { Name = "tmp", MountPath = "/tmp" },
            new V1VolumeMount { Name = "home", MountPath = ContainerHome.Path },
            new V1VolumeMount { Name = "shm", MountPath = "/dev/shm" },
            .. spec.Mounts.Select((m, i) => new V1VolumeMount { Name = MountName(i), MountPath = m.ContainerPath, ReadOnlyProperty = m.IsReadOnly }),
        ],
    };

    /// <summary>What is asked for is what is allowed, so that a node never has less than it promised.</summary>
    private static V1ResourceRequirements ResourcesOf(AttemptSpec spec, KubernetesOptions options)
    {
        var amounts = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        if (spec.Limits.Cpus > 0)
        {
            amounts["cpu"] = new ResourceQuantity(string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)Math.Round(spec.Limits.Cpus * 1000))}m"));
        }

        if (spec.Limits.MemoryBytes > 0)
        {
            amounts["memory"] = new ResourceQuantity(spec.Limits.MemoryBytes.ToString(CultureInfo.InvariantCulture));
        }

        if (spec.Limits.Gpus > 0)
        {
            amounts[options.GpuResource] = new ResourceQuantity(spec.Limits.Gpus.ToString(CultureInfo.InvariantCulture));
        }

        return new V1ResourceRequirements { Limits = amounts, Requests = amounts };
    }

    private static V1Volume MemoryVolume(string name, long bytes) => new()
    {
        Name = name,
        EmptyDir = new V1EmptyDirVolumeSource
        {
            Medium = "Memory",
            SizeLimit = new ResourceQuantity(bytes.ToString(CultureInfo.InvariantCulture)),
        },
    };

    private static string MountName(int index) => string.Create(CultureInfo.InvariantCulture, $"mount-{index}");

    /// <summary>Kubernetes puts a variable's value in place of <c>$(NAME)</c>; a doubled dollar is one that means nothing.</summary>
    private static string Literally(string text) => text.Replace("$", "$$", StringComparison.Ordinal);
}
