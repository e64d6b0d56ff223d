using Orca.Training.Client;

namespace Orca.Training;

/// <summary>
/// The service's settings, from the section <c>OrcaTraining</c> of the host's configuration and then from code. They are validated
/// when the host starts. <see cref="Algorithms"/> and <see cref="Limits"/> are taken over when the configuration changes, if all of it
/// is right; a change of the others is told in the log and holds from the next start on.
/// </summary>
public sealed class OrcaTrainingOptions
{
    /// <summary>
    /// The application's name, kept with each container, so that a later start finds what an earlier one left behind.
    /// Default: the host environment's application name.
    /// </summary>
    public string? ApplicationName { get; set; }

    /// <summary>
    /// The algorithms that requests can name, each with its settings. A job is launched with what its algorithm is at that moment;
    /// attempts under way keep what they were given.
    /// </summary>
    public IDictionary<string, AlgorithmOptions> Algorithms { get; } = new Dictionary<string, AlgorithmOptions>(StringComparer.Ordinal);

    /// <summary>Where the folder stores keep datasets, artifacts and logs. Default: <c>orca-data</c> below the host's content root.</summary>
    public string DataFolder { get; set; } = "orca-data";

    /// <summary>
    /// Whether all hosts that use the same job store have the data folder, as on a network share. Otherwise what one of them keeps there is
    /// not found by the others, which is told when a host starts whose job store can be shared. Default off.
    /// </summary>
    public bool DataFolderIsShared { get; set; }

    /// <summary>
    /// Whether other users of the machine can read datasets, outputs and logs in the data folder; otherwise its folders are the host's user's
    /// alone. What trainings write nobody but they and the host can change either way. Default off.
    /// </summary>
    public bool OtherUsersCanRead { get; set; }

    /// <summary>
    /// The most that the folder store keeps of what one container prints, in MiB; of more, the first quarter and the end. Default 64.
    /// </summary>
    public int MaxLogMiB { get; set; } = 64;

    /// <summary>What requests may not exceed.</summary>
    public RequestLimits Limits { get; } = new();

    /// <summary>The most that a training may leave.</summary>
    public LeavingsOptions Leavings { get; } = new();

    /// <summary>How long what is finished is kept.</summary>
    public RetentionOptions Retention { get; } = new();

    /// <summary>What is kept free on the disks that the service writes to.</summary>
    public DiskOptions Disk { get; } = new();

    /// <summary>How often what is recorded is compared with what the machines say, in case events were lost. Default 10 s.</summary>
    public TimeSpan ReconcilePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a launch may take, image pull included, before the job fails. Default 15 min.</summary>
    public TimeSpan LaunchTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a training has to end by itself after SIGTERM, before it is killed. Default 10 s.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the decider's lease on the store holds unless renewed, which it is three times in this time. When the host that decides is
    /// killed, another one decides after this time and an eighth of it at the latest; all hosts on a store should have the same. Default 4 s.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Whether a clean stop of the host ends the trainings under way and puts them back in the queue, from where they start again with
    /// their checkpoints: for a host that goes away together with its machines. It costs no retry. Such a stop takes as long as the trainings need to end,
    /// within the host's own limit. Otherwise they go on without the host, and the next one finds them. With a store in memory a stop cancels all trainings either way. Default off.
    /// </summary>
    public bool RequeueOnStop { get; set; }

    /// <summary>
    /// Whether containers of this application that belong to no job of this store are removed. They are reported either way.
    /// Leave it off where two hosts of the same application with a store in memory share a machine. Default off.
    /// </summary>
    public bool RemoveLeftovers { get; set; }

    /// <summary>
    /// Whether a job that no machine could start even if it were empty fails at once. Otherwise it waits until a machine has more, its status says
    /// why, and it holds up nobody. Default off.
    /// </summary>
    public bool FailUnplaceable { get; set; }

    /// <summary>Adds an algorithm, or replaces one.</summary>
    /// <param name="name">The name that requests use.</param>
    /// <param name="image">Its image.</param>
    /// <param name="configure">Sets more.</param>
    /// <returns>These options.</returns>
    public OrcaTrainingOptions AddAlgorithm(string name, string image, Action<AlgorithmOptions>? configure = null)
    {
        var algorithm = new AlgorithmOptions { Image = image };
        configure?.Invoke(algorithm);
        Algorithms[name] = algorithm;
        return this;
    }
}
