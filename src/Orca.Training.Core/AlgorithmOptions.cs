namespace Orca.Training;

/// <summary>What a name of an algorithm stands for.</summary>
public sealed class AlgorithmOptions
{
    /// <summary>The image that trains.</summary>
    public string Image { get; set; } = "";

    /// <summary>When its image is pulled. Default: as the machine's own setting says, which is <see cref="ImagePullPolicy.IfMissing"/> otherwise.</summary>
    public ImagePullPolicy? Pull { get; set; }

    /// <summary>Who asks the image's registry for it, where that is not open to everybody. Default: nobody.</summary>
    public RegistryCredentials? Registry { get; set; }

    /// <summary>
    /// Asked for the credentials of each pull, in place of <see cref="Registry"/>, where they do not last: tokens of cloud registries do
    /// for hours. Null from it means none. An exception from it fails the attempt with that exception's message.
    /// </summary>
    public Func<CancellationToken, ValueTask<RegistryCredentials?>>? RegistryProvider { get; set; }

    /// <summary>
    /// The command's words, such as <c>server</c>, <c>/data</c>: they stand in for the image's own command (CMD) and are handed to its
    /// entry point, where it has one. Default empty: the image's own.
    /// </summary>
    public IList<string> Command { get; set; } = [];

    /// <summary>
    /// Values of parameters for requests that do not give them. <c>OMP_NUM_THREADS</c> and the like are set here too, where an algorithm is to have
    /// more threads or fewer than processors.
    /// </summary>
    public IDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The parameters that it takes, by name: what kind of value each is, within which bounds, and whether a request has to give it. Requests are
    /// held to them when they are submitted, and callers are shown them. Default empty: nothing is said of them.
    /// </summary>
    public IDictionary<string, ParameterOptions> DeclaredParameters { get; } = new Dictionary<string, ParameterOptions>(StringComparer.Ordinal);

    /// <summary>
    /// Whether requests may give parameters that neither <see cref="DeclaredParameters"/> nor <see cref="Parameters"/> names. Reserved names are
    /// refused either way. Default: only where <see cref="DeclaredParameters"/> is empty.
    /// </summary>
    public bool? AllowOtherParameters { get; set; }

    /// <summary>
    /// Which checkpoints a training keeps that saves them by the rule: <c>last</c>, <c>best</c>, <c>every 5</c>, or several with commas. Default empty: as the image
    /// does it by itself, which is <c>last</c> for those of this project.
    /// </summary>
    public string CheckpointKeep { get; set; } = "";

    /// <summary>Processors for each container. Default 1.</summary>
    public double Cpus { get; set; } = 1;

    /// <summary>Memory for each container, in MiB. Default 1024.</summary>
    public int MemoryMiB { get; set; } = 1024;

    /// <summary>
    /// Room in <c>/dev/shm</c> of each container, in MiB, through which data loaders hand over batches; it counts towards <see cref="MemoryMiB"/>.
    /// Default: the machine's own setting, which is half of <see cref="MemoryMiB"/> otherwise.
    /// </summary>
    public int? ShmMiB { get; set; }

    /// <summary>GPUs for each container. Default 0.</summary>
    public int Gpus { get; set; }

    /// <summary>Whether requests may give parameters that it does not know.</summary>
    internal bool TakesOthers => AllowOtherParameters ?? DeclaredParameters.Count == 0;

    /// <summary>Time limits for requests that do not give them; a job keeps those of its submission.</summary>
    public TimeoutOptions Timeouts { get; } = new();

    /// <summary>Whether failed attempts are followed by others, for requests that do not say; a job keeps what it was at its submission.</summary>
    public RetryOptions Retries { get; } = new();
}
