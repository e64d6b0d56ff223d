namespace Orca.Training;

/// <summary>
/// A Docker Engine as a machine, and what its containers are given. Read once when the host starts and validated then; changing
/// them later has no effect. Bound from the configuration section <c>OrcaTraining:Machines:NAME</c>, before what code sets.
/// </summary>
public sealed class DockerOptions
{
    /// <summary>
    /// Where the engine listens: <c>unix:///path</c>, <c>npipe://./pipe/name</c>, or <c>tcp://host:port</c>, by TLS where
    /// <see cref="Tls"/> is set. Default: <c>DOCKER_HOST</c>, else Docker's current context, else the platform's own socket or pipe.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// TLS to the engine. Default: none; where <see cref="Endpoint"/> is not set either and <c>DOCKER_TLS_VERIFY</c> is, with the
    /// files in <c>DOCKER_CERT_PATH</c>.
    /// </summary>
    public DockerTlsOptions? Tls { get; set; }

    /// <summary>
    /// How folders of the host reach containers. Default: <see cref="FolderDelivery.Mount"/> where the engine listens on a socket of this
    /// machine, unless that is a user's own (a rootless engine) or was mounted into a container in which the host runs; otherwise <see cref="FolderDelivery.Copy"/>.
    /// </summary>
    public FolderDelivery? Delivery { get; set; }

    /// <summary>
    /// The network that containers join. Default <c>none</c>: data are mounted or copied, so a training needs none; set the name of a
    /// network of the engine (or <c>bridge</c>) where trainings reach an object store. Not <c>host</c> or <c>container:…</c>, see
    /// <see cref="LetTrainingsIntoForeignNetworks"/>.
    /// </summary>
    public string Network { get; set; } = "none";

    /// <summary>
    /// Whether <see cref="Network"/> may be one that is not the containers' own: <c>host</c>, or <c>container:…</c> and the like. A training
    /// then reaches what listens on that network's loopback, on the machine's own this service too. Default off.
    /// </summary>
    public bool LetTrainingsIntoForeignNetworks { get; set; }

    /// <summary>
    /// Whom trainings run as: <c>uid</c> or <c>uid:gid</c>, in numbers. Default: the host process's own, so that both can read
    /// and write the mounted folders; <c>65532:65532</c> where the host runs as root, or on a system without such numbers.
    /// </summary>
    public string? User { get; set; }

    /// <summary>The most processes and threads in a container. Default 512.</summary>
    public int PidsLimit { get; set; } = 512;

    /// <summary>
    /// Room in <c>/tmp</c>, in MiB; it is kept in memory and counts towards the job's memory limit. Programs can be run from it:
    /// compilers of training frameworks load the code that they make there. Default 256.
    /// </summary>
    public int TmpfsMiB { get; set; } = 256;

    /// <summary>
    /// Room in the home folder, in MiB, where libraries keep caches; it is kept in memory and counts towards the job's memory limit. Programs
    /// can be run from it. Default 256.
    /// </summary>
    public int HomeMiB { get; set; } = 256;

    /// <summary>
    /// Room in <c>/dev/shm</c>, in MiB, for algorithms that do not say so themselves; data loaders hand over batches through it, and it counts
    /// towards the job's memory limit. Default: half of that limit.
    /// </summary>
    public int? ShmMiB { get; set; }

    /// <summary>
    /// The size of one file of a container's own log, in MiB, of which it has up to <see cref="LogFiles"/>: so much room does a training's output take on the
    /// engine's disk until the container is removed. What is printed is read on from there; where the reader is further behind than the files reach, the oldest
    /// lines are gone, and an entry in the training's log says so. Default 64.
    /// </summary>
    public int LogFileMiB { get; set; } = 64;

    /// <summary>How many files of <see cref="LogFileMiB"/> a container's own log has at most. Default 4.</summary>
    public int LogFiles { get; set; } = 4;

    /// <summary>How many GPUs the machine has for trainings; an engine does not say. Default 0.</summary>
    public int Gpus { get; set; }

    /// <summary>How many containers are made and started at a time; an engine gains nothing from more. Image pulls do not count. Default 4.</summary>
    public int MaxConcurrentStarts { get; set; } = 4;

    /// <summary>When images are pulled for algorithms that do not say so themselves. Default: when the engine lacks them.</summary>
    public ImagePullPolicy Pull { get; set; }

    /// <summary>How long the engine may take to answer a call; a stop may take the job's grace in addition. Default 30 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the engine's small init process starts the training program, so that SIGTERM ends one that does not handle it,
    /// and processes that nobody waits for are cleared away. Default true.
    /// </summary>
    public bool Init { get; set; } = true;

    // The registered options can be changed by whoever holds them; the runtime keeps its own.
    internal DockerOptions Copy() => (DockerOptions)MemberwiseClone();
}
