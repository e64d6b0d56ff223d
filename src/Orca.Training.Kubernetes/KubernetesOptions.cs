namespace Orca.Training;

/// <summary>
/// A namespace of a Kubernetes cluster as a machine, and what its pods are given. Read once when the host starts and validated
/// then; changing them later has no effect. Bound from the configuration section <c>OrcaTraining:Machines:NAME</c>, before what
/// code sets.
/// </summary>
public sealed class KubernetesOptions
{
    /// <summary>
    /// The namespace that trainings run in. Default: the context's own (within a cluster, that of the host's pod), else
    /// <c>default</c>.
    /// </summary>
    public string? Namespace { get; set; }

    /// <summary>
    /// The file that says where the cluster is and who the host is there. Default: within a cluster the pod's service account,
    /// else <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.
    /// </summary>
    public string? KubeConfig { get; set; }

    /// <summary>The context within that file. Default: its current one.</summary>
    public string? Context { get; set; }

    /// <summary>
    /// Whom trainings run as: <c>uid</c> or <c>uid:gid</c>, in numbers. Default <c>65532:65532</c>, a user that owns nothing; where
    /// folders of the host are mounted, the host process's own, unless that is root.
    /// </summary>
    public string? User { get; set; }

    /// <summary>
    /// Whether pods mount the host's own folders by <c>hostPath</c>. That is right only where every node shares the host's files
    /// under the same paths, such as a cluster of one node that the host itself runs on. Default false.
    /// </summary>
    public bool HostPathMounts { get; set; }

    /// <summary>
    /// Room in <c>/tmp</c>, in MiB; it is kept in memory and counts towards the job's memory limit. Programs can be run from it.
    /// Default 256.
    /// </summary>
    public int TmpfsMiB { get; set; } = 256;

    /// <summary>
    /// Room in the home folder, in MiB, where libraries keep caches; it is kept in memory and counts towards the job's memory limit. Programs
    /// can be run from it. Default 256.
    /// </summary>
    public int HomeMiB { get; set; } = 256;

    /// <summary>
    /// Room in <c>/dev/shm</c>, in MiB, for algorithms that do not say so themselves; it counts towards the job's memory limit. Default: half of
    /// that limit.
    /// </summary>
    public int? ShmMiB { get; set; }

    /// <summary>What the cluster calls a GPU. Default <c>nvidia.com/gpu</c>.</summary>
    public string GpuResource { get; set; } = "nvidia.com/gpu";

    /// <summary>Labels that a node must have to be given trainings. Default: none.</summary>
    public IDictionary<string, string> NodeSelector { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Secrets of the namespace that nodes pull images with; they stand in for the credentials that an algorithm names for its registry.
    /// Default: none.
    /// </summary>
    public IList<string> ImagePullSecrets { get; } = [];

    /// <summary>When images are pulled for algorithms that do not say so themselves. Default: when a node lacks them.</summary>
    public ImagePullPolicy Pull { get; set; }

    /// <summary>
    /// How long a pod may wait for a node before its job goes back to the queue, which costs the job no retry. Make it longer where
    /// nodes are added on demand. Default 30 s.
    /// </summary>
    public TimeSpan SchedulingPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the cluster may take to answer a call; a stop may take the job's grace in addition. Default 30 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long one stream of news is trusted: it ends then and another goes on where it ended, so that one which has died in silence is
    /// noticed. Default 1 min.
    /// </summary>
    public TimeSpan WatchLifetime { get; set; } = TimeSpan.FromMinutes(1);

    // The registered options can be changed by whoever holds them; the runtime keeps its own. Its collections are read once.
    internal KubernetesOptions Copy() => (KubernetesOptions)MemberwiseClone();
}
