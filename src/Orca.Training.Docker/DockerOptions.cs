namespace Orca.Training;

/// <summary>
/// A Docker engine as a machine, and the settings of its containers. Read and validated when the host starts; later changes have no
/// effect. Bound from the configuration section <c>OrcaTraining:Machines:NAME</c>, before code.
/// </summary>
public sealed class DockerOptions
{
    /// <summary>
    /// The address of the engine: <c>unix:///path</c>, <c>npipe://./pipe/name</c>, or <c>tcp://host:port</c>, with TLS if <see cref="Tls"/>
    /// is set. Default: <c>DOCKER_HOST</c>, or else the current Docker context, or else the socket or pipe of the platform.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// TLS to the engine. Default: none. If <see cref="Endpoint"/> is not set either and <c>DOCKER_TLS_VERIFY</c> is, TLS with the files in
    /// <c>DOCKER_CERT_PATH</c>.
    /// </summary>
    public DockerTlsOptions? Tls { get; set; }

    /// <summary>
    /// How folders of the host reach containers. Default: <see cref="FolderDelivery.Mount"/> if the engine listens on a socket of this
    /// machine, except for a rootless engine and for a socket that is mounted into the container of the host; otherwise
    /// <see cref="FolderDelivery.Copy"/>.
    /// </summary>
    public FolderDelivery? Delivery { get; set; }

    /// <summary>
    /// The network of the containers. Default <c>none</c>: the data is mounted or copied, so a training needs no network. If trainings
    /// access an object store, set the name of a network of the engine, or <c>bridge</c>. For <c>host</c> or <c>container:…</c>, see <see
    /// cref="LetTrainingsIntoForeignNetworks"/>.
    /// </summary>
    public string Network { get; set; } = "none";

    /// <summary>
    /// Whether <see cref="Network"/> may be a network that is not the containers' own, such as <c>host</c> or <c>container:…</c>. A
    /// training can then reach services on the loopback interface of that network; on the machine's own network this includes this
    /// service. Default off.
    /// </summary>
    public bool LetTrainingsIntoForeignNetworks { get; set; }

    /// <summary>
    /// The user of the trainings: <c>uid</c> or <c>uid:gid</c>, as numbers. Default: the user of the host process, so that both can
    /// access the mounted folders; <c>65532:65532</c> if the host is root, or on a system without such numbers.
    /// </summary>
    public string? User { get; set; }

    /// <summary>The maximum number of processes and threads in a container. Default 512.</summary>
    public int PidsLimit { get; set; } = 512;

    /// <summary>
    /// The size of <c>/tmp</c>, in MiB. It is in memory and counts towards the memory limit of the job. Programs can be run from it,
    /// because compilers of training frameworks load their code there. Default 256.
    /// </summary>
    public int TmpfsMiB { get; set; } = 256;

    /// <summary>
    /// The size of the home folder, in MiB, where libraries keep caches. It is in memory and counts towards the memory limit of the job.
    /// Programs can be run from it. Default 256.
    /// </summary>
    public int HomeMiB { get; set; } = 256;

    /// <summary>
    /// The size of <c>/dev/shm</c>, in MiB, for algorithms that do not set it. Data loaders pass batches through it, and it counts
    /// towards the memory limit of the job. Default: half of that limit.
    /// </summary>
    public int? ShmMiB { get; set; }

    /// <summary>
    /// The size of one file of a container's own log, in MiB. A container has at most <see cref="LogFiles"/> of them, so this limits the
    /// space of its output on the engine's disk until it is removed. The service reads the output from these files. If it falls behind by
    /// more than they hold, the oldest lines are lost, and an entry in the log says so. Default 64.
    /// </summary>
    public int LogFileMiB { get; set; } = 64;

    /// <summary>The maximum number of files of <see cref="LogFileMiB"/> of a container's own log. Default 4.</summary>
    public int LogFiles { get; set; } = 4;

    /// <summary>The number of GPUs of the machine for trainings; an engine does not report it. Default 0.</summary>
    public int Gpus { get; set; }

    /// <summary>
    /// The maximum number of containers that are created and started at the same time; a higher number is not faster. Image pulls do not
    /// count. Default 4.
    /// </summary>
    public int MaxConcurrentStarts { get; set; } = 4;

    /// <summary>When images are pulled, for algorithms that do not set it. Default: when the engine does not have the image.</summary>
    public ImagePullPolicy Pull { get; set; }

    /// <summary>How long the engine may take to answer a call; a stop may take the grace period in addition. Default 30 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether an init process of the engine starts the training program. SIGTERM then ends a program without a handler, and zombie
    /// processes are removed. Default true.
    /// </summary>
    public bool Init { get; set; } = true;

    // The registered options can be changed by whoever holds them; the runtime keeps its own.
    internal DockerOptions Copy() => (DockerOptions)MemberwiseClone();
}
