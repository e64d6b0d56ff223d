namespace Orca.Training;

/// <summary>
/// A namespace of a Kubernetes cluster as a machine, and the settings of its pods. Read and validated when the host starts; later changes
/// have no effect. Bound from the configuration section <c>OrcaTraining:Machines:NAME</c>, before code.
/// </summary>
public sealed class KubernetesOptions
{
    /// <summary>
    /// The namespace of the trainings. Default: the namespace of the context (in a cluster, that of the host's pod), or else
    /// <c>default</c>.
    /// </summary>
    public string? Namespace { get; set; }

    /// <summary>
    /// The file with the address of the cluster and the user of the host. Default: in a cluster the service account of the pod, or else
    /// <c>KUBECONFIG</c>, or else <c>~/.kube/config</c>.
    /// </summary>
    public string? KubeConfig { get; set; }

    /// <summary>The context within that file. Default: its current one.</summary>
    public string? Context { get; set; }

    /// <summary>
    /// The user of the trainings: <c>uid</c> or <c>uid:gid</c>, as numbers. Default <c>65532:65532</c>, a user that owns nothing; if
    /// folders of the host are mounted, the user of the host process, unless that is root.
    /// </summary>
    public string? User { get; set; }

    /// <summary>
    /// Whether pods mount folders of the host by <c>hostPath</c>. This is correct only if every node has the files of the host under the
    /// same paths, such as a cluster of one node on which the host runs. Default false.
    /// </summary>
    public bool HostPathMounts { get; set; }

    /// <summary>
    /// The size of <c>/tmp</c>, in MiB. It is in memory and counts towards the memory limit of the job. Programs can be run from it.
    /// Default 256.
    /// </summary>
    public int TmpfsMiB { get; set; } = 256;

    /// <summary>
    /// The size of the home folder, in MiB, where libraries keep caches. It is in memory and counts towards the memory limit of the job.
    /// Programs can be run from it. Default 256.
    /// </summary>
    public int HomeMiB { get; set; } = 256;

    /// <summary>
    /// The size of <c>/dev/shm</c>, in MiB, for algorithms that do not set it. It counts towards the memory limit of the job. Default:
    /// half of that limit.
    /// </summary>
    public int? ShmMiB { get; set; }

    /// <summary>The resource name of a GPU in the cluster. Default <c>nvidia.com/gpu</c>.</summary>
    public string GpuResource { get; set; } = "nvidia.com/gpu";

    /// <summary>The labels that a node must have to run trainings. Default: none.</summary>
    public IDictionary<string, string> NodeSelector { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The secrets of the namespace with which nodes pull images. They replace the registry credentials of an algorithm. Default: none.
    /// </summary>
    public IList<string> ImagePullSecrets { get; } = [];

    /// <summary>When images are pulled, for algorithms that do not set it. Default: when a node does not have the image.</summary>
    public ImagePullPolicy Pull { get; set; }

    /// <summary>
    /// How long a pod may wait for a node before its job returns to the queue, which uses no retry. Raise it if nodes are added on
    /// demand. Default 30 s.
    /// </summary>
    public TimeSpan SchedulingPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the cluster may take to answer a call; a stop may take the grace period in addition. Default 30 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The lifetime of one watch stream. After that, a new stream continues where it ended, so that a silently broken stream is detected.
    /// Default 1 min.
    /// </summary>
    public TimeSpan WatchLifetime { get; set; } = TimeSpan.FromMinutes(1);

    // The registered options can be changed by whoever holds them; the runtime keeps its own. Its collections are read once.
    internal KubernetesOptions Copy() => (KubernetesOptions)MemberwiseClone();
}
