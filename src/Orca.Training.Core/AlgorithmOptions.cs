namespace Orca.Training;

/// <summary>The settings of an algorithm.</summary>
public sealed class AlgorithmOptions
{
    /// <summary>The image of the training.</summary>
    public string Image { get; set; } = "";

    /// <summary>
    /// When the image is pulled. Default: the setting of the machine, which is <see cref="ImagePullPolicy.IfMissing"/> unless set.
    /// </summary>
    public ImagePullPolicy? Pull { get; set; }

    /// <summary>The credentials for the registry of the image. Default: none.</summary>
    public RegistryCredentials? Registry { get; set; }

    /// <summary>
    /// Returns the credentials for each pull, in place of <see cref="Registry"/>. Use it if credentials expire, such as the tokens of cloud
    /// registries. Return null for none. If it throws, the attempt fails with the message of the exception.
    /// </summary>
    public Func<CancellationToken, ValueTask<RegistryCredentials?>>? RegistryProvider { get; set; }

    /// <summary>
    /// The words of the command, such as <c>server</c>, <c>/data</c>. They replace the command of the image (CMD) and are passed to its
    /// entry point, if it has one. Default empty: the command of the image.
    /// </summary>
    public IList<string> Command { get; set; } = [];

    /// <summary>
    /// Default values of parameters, for requests that do not give them. Set <c>OMP_NUM_THREADS</c> and the like here if an algorithm
    /// should use more or fewer threads than processors.
    /// </summary>
    public IDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The declarations of the parameters, by name: the kind of the value, its limits, and whether a request must give it. Requests are
    /// checked against them when they are submitted, and callers can list them. Default empty: no declarations.
    /// </summary>
    public IDictionary<string, ParameterOptions> DeclaredParameters { get; } = new Dictionary<string, ParameterOptions>(StringComparer.Ordinal);

    /// <summary>
    /// Whether requests may give parameters that are neither in <see cref="DeclaredParameters"/> nor in <see cref="Parameters"/>.
    /// Reserved names are always refused. Default: only if <see cref="DeclaredParameters"/> is empty.
    /// </summary>
    public bool? AllowOtherParameters { get; set; }

    /// <summary>
    /// Which checkpoints the training keeps: <c>last</c>, <c>best</c>, <c>every 5</c>, or several with commas. Default empty: as the
    /// image does by default, which is <c>last</c> for the images of this project.
    /// </summary>
    public string CheckpointKeep { get; set; } = "";

    /// <summary>Processors for each container, for requests that do not say. Default 1.</summary>
    public double Cpus { get; set; } = 1;

    /// <summary>Memory for each container, in MiB, for requests that do not say. Default 1024.</summary>
    public int MemoryMiB { get; set; } = 1024;

    /// <summary>
    /// The size of <c>/dev/shm</c> of each container, in MiB. Data loaders pass batches through it. It counts towards
    /// <see cref="MemoryMiB"/>. Default: the setting of the machine, which is half of <see cref="MemoryMiB"/> unless set.
    /// </summary>
    public int? ShmMiB { get; set; }

    /// <summary>GPUs for each container, for requests that do not say. Default 0.</summary>
    public int Gpus { get; set; }

    /// <summary>The most processors for each container that a request may ask for. Default: as many as <see cref="Cpus"/>.</summary>
    public double? MostCpus { get; set; }

    /// <summary>The most memory for each container that a request may ask for, in MiB. Default: as much as <see cref="MemoryMiB"/>.</summary>
    public int? MostMemoryMiB { get; set; }

    /// <summary>The most GPUs for each container that a request may ask for. Default: as many as <see cref="Gpus"/>.</summary>
    public int? MostGpus { get; set; }

    /// <summary>Whether requests may give parameters that it does not know.</summary>
    internal bool TakesOthers => AllowOtherParameters ?? DeclaredParameters.Count == 0;

    /// <summary>Time limits for requests that do not give them. A job keeps those of its submission.</summary>
    public TimeoutOptions Timeouts { get; } = new();

    /// <summary>Whether failed attempts are retried, for requests that do not set it. A job keeps the settings of its submission.</summary>
    public RetryOptions Retries { get; } = new();
}
