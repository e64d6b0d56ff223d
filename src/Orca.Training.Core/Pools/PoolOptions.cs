namespace Orca.Training.Pools;

/// <summary>
/// A pool: a queue of its own with a share of each of its machines. Without any pool there is one for everybody, with all machines.
/// </summary>
public sealed class PoolOptions
{
    /// <summary>
    /// The callers whose trainings wait here: a user's name, <c>team:NAME</c> for the submitters of a team, <c>role:Submitter</c> for everyone
    /// with a role, or <c>*</c> for everybody. Who is in several pools has the one that names them most closely, in this order, and can ask for
    /// the others. A pool that names nobody is for those who ask for it through an own <see cref="IPoolResolver"/>.
    /// </summary>
    public IList<string> Users { get; set; } = [];

    /// <summary>Its weight against other pools on the same machine. Default 1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>
    /// The machines on which its trainings start, by name, each with what the pool owns of it. An empty share may use what no pool owns.
    /// </summary>
    public IDictionary<string, PoolShareOptions> Machines { get; } = new Dictionary<string, PoolShareOptions>(StringComparer.Ordinal);

    /// <summary>The most that its trainings use at once, on all machines together.</summary>
    public PoolLimitOptions Most { get; } = new();

    /// <summary>The most that the trainings of one user in it use at once.</summary>
    public PoolLimitOptions PerUser { get; } = new();

    /// <summary>Queued trainings in it; more are refused. Default: no limit.</summary>
    public int? MaxQueued { get; set; }

    /// <summary>Queued trainings of one user in it; more are refused. Default: no limit.</summary>
    public int? MaxQueuedPerUser { get; set; }

    /// <summary>
    /// The time after which past use counts half when users take turns. Default 1 day.
    /// </summary>
    public TimeSpan HalfLife { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The time after which a user who could start a training and got no turn goes before the others. Default 1 h.</summary>
    public TimeSpan LongestTurn { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The pool to which its waiting trainings and its users go. Set it to remove a pool: it takes no more trainings, and can be left out once none
    /// of its trainings is open. Default: it stays.
    /// </summary>
    public string? MovesTo { get; set; }

    /// <summary>Adds a machine, with what the pool owns of it; without figures it may use what no pool owns.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="cpus">Processors.</param>
    /// <param name="memoryMiB">Memory, in MiB.</param>
    /// <param name="gpus">GPUs.</param>
    /// <returns>These options.</returns>
    public PoolOptions On(string machine, double? cpus = null, int? memoryMiB = null, int? gpus = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(machine);
        Machines[machine] = new PoolShareOptions { Cpus = cpus, MemoryMiB = memoryMiB, Gpus = gpus };
        return this;
    }

    /// <summary>Adds callers, as <see cref="Users"/> spells them.</summary>
    /// <param name="users">The callers.</param>
    /// <returns>These options.</returns>
    public PoolOptions For(params IEnumerable<string> users)
    {
        ArgumentNullException.ThrowIfNull(users);
        foreach (var user in users)
        {
            if (!Users.Contains(user))
            {
                Users.Add(user);
            }
        }

        return this;
    }
}

/// <summary>What a pool owns of a machine: it is guaranteed to its trainings. What is unset it does not own.</summary>
public sealed class PoolShareOptions
{
    /// <summary>Processors.</summary>
    public double? Cpus { get; set; }

    /// <summary>Memory, in MiB.</summary>
    public int? MemoryMiB { get; set; }

    /// <summary>GPUs.</summary>
    public int? Gpus { get; set; }
}

/// <summary>The most that is in use at once. What is unset has no limit.</summary>
public sealed class PoolLimitOptions
{
    /// <summary>Trainings.</summary>
    public int? Jobs { get; set; }

    /// <summary>Processors.</summary>
    public double? Cpus { get; set; }

    /// <summary>Memory, in MiB.</summary>
    public int? MemoryMiB { get; set; }

    /// <summary>GPUs.</summary>
    public int? Gpus { get; set; }
}
