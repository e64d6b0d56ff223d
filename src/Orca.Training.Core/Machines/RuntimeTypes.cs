using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Machines;

/// <summary>What a runtime can do.</summary>
/// <param name="MaxRanks">The most containers an attempt can have.</param>
/// <param name="MountsFolders">Whether it can give folders of the host to a container, so that both see the same files.</param>
/// <param name="CopiesFolders">
/// Whether it copies them instead: in before the containers start, and back when <see cref="IContainerRuntime.FetchAsync"/> asks for it.
/// </param>
public sealed record RuntimeAbilities(int MaxRanks, bool MountsFolders, bool CopiesFolders = false)
{
    /// <summary>Whether it knows which of a container's two outputs wrote a line. Where it does not, all lines are of standard output.</summary>
    public bool TellsOutputsApart { get; init; } = true;

    /// <summary>
    /// Why its containers could not use the folders of the host that they are given, in words that follow the machine's name; null if they can.
    /// A host that keeps its data in folders does not start then.
    /// </summary>
    public string? FolderFault { get; init; }

    /// <summary>Whether its containers have a network, so that they can read and write places that lie behind one.</summary>
    public bool HasNetwork { get; init; }
}

/// <summary>What a runtime says of itself and its machine.</summary>
/// <param name="Description">Product and version, for people.</param>
/// <param name="Total">What the machine has.</param>
public sealed record RuntimeInfo(string Description, Resources Total);

/// <summary>Whose containers are meant.</summary>
/// <param name="Application">The host application's name: containers of its other installations are leftovers of it.</param>
/// <param name="Installation">This installation.</param>
public sealed record RuntimeScope(string Application, InstallationId Installation);

/// <summary>All that a runtime needs to start an attempt.</summary>
public sealed record AttemptSpec
{
    /// <summary>Its identity.</summary>
    public required AttemptName Name { get; init; }

    /// <summary>The host application, kept with the containers so that leftovers can be told apart.</summary>
    public required string Application { get; init; }

    /// <summary>The image.</summary>
    public required string Image { get; init; }

    /// <summary>When the image is pulled; null for the machine's own default.</summary>
    public ImagePullPolicy? Pull { get; init; }

    /// <summary>Asked for what opens the image's registry, when it is pulled and only then; null where it is open to everybody.</summary>
    public Func<CancellationToken, ValueTask<RegistryCredentials?>>? Registry { get; init; }

    /// <summary>The command's words; empty for the image's own.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The environment that all ranks share.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>How many containers.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>What each rank may use; zero for no limit of that kind.</summary>
    public Resources Limits { get; init; }

    /// <summary>
    /// Room for each rank in <c>/dev/shm</c>, in bytes; it counts towards the memory limit. Null for the machine's own setting, and where that
    /// says nothing for half of the memory limit.
    /// </summary>
    public long? SharedMemoryBytes { get; init; }

    /// <summary>
    /// How long the containers have to end after SIGTERM, whoever asks them to. A runtime that must know it when it makes them does not
    /// give more than this later. Default 10 s.
    /// </summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Folders of the host that the containers see, mounted or copied as <see cref="RuntimeAbilities"/> says.</summary>
    public IReadOnlyList<FolderMount> Mounts { get; init; } = [];
}

/// <summary>A folder of the host, seen by a container.</summary>
/// <param name="HostPath">Its absolute path on the host.</param>
/// <param name="ContainerPath">Where the container sees it.</param>
/// <param name="IsReadOnly">Whether the container can only read it.</param>
public sealed record FolderMount(string HostPath, string ContainerPath, bool IsReadOnly)
{
    /// <summary>The most that is brought back of what the container left in it. Default <see cref="ArtifactLimits.Default"/>.</summary>
    public ArtifactLimits Limits { get; init; } = ArtifactLimits.Default;
}

/// <summary>What became of a start.</summary>
public abstract record StartResult
{
    private StartResult()
    {
    }

    /// <summary>The containers run, or ran.</summary>
    /// <param name="Incarnations">The runtime's own id of each rank's container, in rank order.</param>
    public sealed record Started(IReadOnlyList<string> Incarnations) : StartResult
    {
        /// <summary>
        /// What the runtime knows the image's content by: a repository digest (<c>name@sha256:…</c>) where it has one, else the image's own id. Null
        /// where it does not tell.
        /// </summary>
        public string? ImageDigest { get; init; }

        /// <summary>What the containers execute; filled in by who asked for the start, where the runtime told the digest.</summary>
        internal Execution? Execution { get; init; }
    }

    /// <summary>There is no room after all; the job waits for another try, which costs it nothing.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Deferred(string Reason) : StartResult;

    /// <summary>It cannot be started; trying again will not help.</summary>
    public sealed record Failed(Outcome Outcome) : StartResult;
}

/// <summary>Where a container stands.</summary>
public enum ContainerState
{
    /// <summary>Made, not started yet.</summary>
    Created,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has ended and can still be read.</summary>
    Ended,

    /// <summary>It no longer exists.</summary>
    Removed,
}

/// <summary>One container as the runtime sees it.</summary>
public sealed record ContainerObservation
{
    /// <summary>Whose it is.</summary>
    public required AttemptName Attempt { get; init; }

    /// <summary>Its rank within the attempt.</summary>
    public required int Rank { get; init; }

    /// <summary>
    /// The runtime's own id of it; while it is <see cref="ContainerState.Created"/>, perhaps of what will make it. Only the ids that a start
    /// returned are for good.
    /// </summary>
    public required string Incarnation { get; init; }

    /// <summary>Where it stands.</summary>
    public required ContainerState State { get; init; }

    /// <summary>The exit code, when it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether the kernel killed one of its processes for lack of memory; it need not have been the main one.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>
    /// The signal that somebody sent it through the runtime to end it, this service's own stops included, or the runtime's own word for its
    /// shutting down; null where none is known. What such a training left is not whole, whatever its exit code.
    /// </summary>
    public int? Signal { get; init; }

    /// <summary>The memory that it may use or might have used, in bytes, where the runtime says so with its end; 0 for no limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>What the runtime itself says about its end, where it says something.</summary>
    public string? Detail { get; init; }
}

/// <summary>Which of a container's two outputs.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    Standard,

    /// <summary>Standard error.</summary>
    Error,
}

/// <summary>A line of a container's output.</summary>
/// <param name="Stream">Where it was written.</param>
/// <param name="Timestamp">When, by the runtime's clock: nanoseconds since 1970 (UTC).</param>
/// <param name="Text">The line without its end; a line over the runtime's limit comes in several parts.</param>
public readonly record struct OutputLine(OutputStream Stream, long Timestamp, string Text);
