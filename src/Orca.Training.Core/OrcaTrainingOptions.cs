using Orca.Training.Client;
using Orca.Training.Pools;

namespace Orca.Training;

/// <summary>
/// The settings of the service, from the section <c>OrcaTraining</c> of the host's configuration and then from code. They are validated
/// when the host starts. <see cref="Algorithms"/>, <see cref="Limits"/>, <see cref="Pools"/> and <see cref="DefaultPool"/> are reloaded when
/// the configuration changes, if all settings are valid. A change of any other setting is reported in the log and needs a restart.
/// </summary>
public sealed class OrcaTrainingOptions
{
    /// <summary>
    /// The name of the application. It is a label of each container, so that a later start finds the containers of an earlier one.
    /// Default: the application name of the host environment.
    /// </summary>
    public string? ApplicationName { get; set; }

    /// <summary>
    /// The algorithms that requests can select, with their settings. A job is launched with the settings that its algorithm has at that
    /// moment; running attempts keep theirs.
    /// </summary>
    public IDictionary<string, AlgorithmOptions> Algorithms { get; } = new Dictionary<string, AlgorithmOptions>(StringComparer.Ordinal);

    /// <summary>
    /// The folder in which the folder stores keep datasets, artifacts and logs. Default: <c>orca-data</c> below the content root of the
    /// host.
    /// </summary>
    public string DataFolder { get; set; } = "orca-data";

    /// <summary>
    /// Whether all hosts on the same job store have this data folder, for example on a network share. If not, a host cannot find the data
    /// of another one, and warns about it at start. Default off.
    /// </summary>
    public bool DataFolderIsShared { get; set; }

    /// <summary>
    /// Whether other users of the machine can read datasets, outputs and logs in the data folder. If not, only the user of the host can.
    /// In either case, only the training and the host can change what a training writes. Default off.
    /// </summary>
    public bool OtherUsersCanRead { get; set; }

    /// <summary>
    /// The maximum size of the log of one container in the folder store, in MiB. Of a larger log, the first quarter and the end are kept.
    /// Default 64.
    /// </summary>
    public int MaxLogMiB { get; set; } = 64;

    /// <summary>
    /// The pools in which trainings wait, each with its users and its share of machines. Without any there is one for everybody, with all machines.
    /// </summary>
    public IDictionary<string, PoolOptions> Pools { get; } = new Dictionary<string, PoolOptions>(StringComparer.Ordinal);

    /// <summary>
    /// The pool of callers who are in no other, and of trainings from before there were pools. Default: none; such callers are refused.
    /// </summary>
    public string? DefaultPool { get; set; }

    /// <summary>The limits of requests.</summary>
    public RequestLimits Limits { get; } = new();

    /// <summary>The limits of outputs and checkpoints.</summary>
    public LeavingsOptions Leavings { get; } = new();

    /// <summary>How long finished jobs are kept.</summary>
    public RetentionOptions Retention { get; } = new();

    /// <summary>The free space that is kept on the disks of the service.</summary>
    public DiskOptions Disk { get; } = new();

    /// <summary>How often the stored state is compared with the machines, in case events were lost. Default 10 s.</summary>
    public TimeSpan ReconcilePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The maximum duration of a launch, including the image pull. After it, the job fails. Default 15 min.</summary>
    public TimeSpan LaunchTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The time that a training has to end after SIGTERM, before it is killed. Default 10 s.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The duration of the decider's lease on the store. It is renewed three times in this time. If the decider is killed, another host
    /// takes over within this time plus an eighth of it. All hosts on a store should have the same value. Default 4 s.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Whether a normal stop of the host ends the running trainings and puts them back into the queue, from where they start again with
    /// their checkpoints. Use it if the machines stop together with the host. It uses no retry. The stop takes as long as the trainings
    /// need to end, up to the shutdown timeout of the host. If this is off, trainings continue without the host, and the next one finds
    /// them. With a store in memory, a stop always cancels all trainings. Default off.
    /// </summary>
    public bool RequeueOnStop { get; set; }

    /// <summary>
    /// Whether containers of this application that belong to no job of this store are removed. They are reported in either case. Leave it
    /// off if two hosts of the same application with a store in memory share a machine. Default off.
    /// </summary>
    public bool RemoveLeftovers { get; set; }

    /// <summary>
    /// Whether the host removes, at start, the outputs and logs of earlier runs of a host with jobs in memory, which no call finds any
    /// more. Files of a running host, and files of jobs in a database, are never removed. If this is off, the log reports how much space
    /// they take. Default off.
    /// </summary>
    public bool RemoveLeftoverFiles { get; set; }

    /// <summary>
    /// Whether unknown keys below <c>OrcaTraining</c> are reported in the log only. If this is off, they stop the start, like any other
    /// wrong setting. Turn it on if hosts with different packages or versions share a configuration, or if the section has settings of
    /// your own. Default off.
    /// </summary>
    public bool AllowUnknownSettings { get; set; }

    /// <summary>
    /// Whether a job that no machine could start, even an empty one, fails at once. If this is off, the job waits until a machine has more
    /// resources, its status says why, and it blocks no other job. Default off.
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
