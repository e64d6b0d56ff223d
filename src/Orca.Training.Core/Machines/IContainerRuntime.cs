using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Machines;

/// <summary>
/// Starts, observes, stops and removes the containers of attempts on a machine. Thread-safe.
/// </summary>
/// <remarks>
/// Every container carries the identity of its attempt, so that a listing alone shows which containers belong to the service. The effect of a
/// call that throws is unknown, and the tracker repeats it. Every call must therefore be repeatable.
/// </remarks>
public interface IContainerRuntime
{
    /// <summary>What the runtime can do; constant.</summary>
    RuntimeAbilities Abilities { get; }

    /// <summary>Describes the machine. It is called at start, so that a wrong setting is reported early.</summary>
    /// <returns>The resources of the machine.</returns>
    /// <exception cref="RuntimeUnavailableException">The runtime cannot be reached.</exception>
    Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Creates and starts the containers of an attempt. Idempotent: existing containers with the names of the attempt are adopted. After a
    /// refusal, no container remains that could start by itself.
    /// </summary>
    /// <param name="spec">The attempt.</param>
    /// <param name="phases">Gets the current phase of a launch that takes long.</param>
    /// <param name="cancellationToken">Cancels the launch. Containers that exist by then may remain until they are removed.</param>
    /// <exception cref="RuntimeUnavailableException">The runtime cannot be reached. The containers may exist or not.</exception>
    Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken);

    /// <summary>
    /// Informs the runtime of the recorded containers of an attempt, before its output is read. A host that takes over an attempt has not started
    /// them itself. People can rename containers, so a runtime should use these ids instead of names.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="incarnations">The ids that the start returned, in rank order.</param>
    void Recall(AttemptName attempt, IReadOnlyList<string> incarnations)
    {
    }

    /// <summary>
    /// Lists all containers of this application, in any state, of this and of other installations. The list is complete: it has every container
    /// that existed when the call was made. The state of a container may be slightly older than what a watch has reported.
    /// </summary>
    /// <exception cref="RuntimeUnavailableException">The runtime cannot be reached.</exception>
    Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken);

    /// <summary>
    /// Streams changes of this application's containers, from the call on. They are hints: observations may be late, repeated, reordered or
    /// missing. If the stream breaks, it ends or throws.
    /// </summary>
    IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the output of one rank after a position, until its container ends or is gone. After a stop, the output may no longer be available,
    /// but a read that is in progress continues to the end. Timestamps never decrease: if the clocks of the two outputs differ slightly, a line
    /// gets the latest timestamp so far.
    /// </summary>
    IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken);

    /// <summary>
    /// Copies the files of an attempt back to the host, if <see cref="RuntimeAbilities.CopiesFolders"/>. Called after the containers have ended and
    /// before they are removed. Each folder of the host gets the content that the container of rank 0 left; the old content is replaced, all or
    /// nothing. Links are copied as links and never followed. If folders are mounted, there is nothing to do.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="folders">The folders that its containers could write, as they were in <see cref="AttemptSpec.Mounts"/>.</param>
    /// <param name="cancellationToken">Cancels the copy. The folders stay unchanged.</param>
    /// <exception cref="ArtifactException">The files can never be copied: the containers are gone, or left something other than files, folders and links.</exception>
    /// <exception cref="RuntimeUnavailableException">The runtime cannot be reached.</exception>
    /// <exception cref="IOException">The host cannot write the files.</exception>
    Task FetchAsync(AttemptName attempt, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Stops the containers of an attempt: sends SIGTERM, kills those that still run after the grace period, and returns when none runs. Ended
    /// containers stay in the list. If there is none, nothing happens.
    /// </summary>
    /// <exception cref="RuntimeUnavailableException">The runtime cannot be reached.</exception>
    Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Removes the containers of an attempt, running or not. If there is none, nothing happens.</summary>
    /// <exception cref="RuntimeUnavailableException">The runtime cannot be reached.</exception>
    Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken);
}

/// <summary>Thrown if the runtime cannot be reached or gives an unexpected answer. The effect of the call is unknown.</summary>
public sealed class RuntimeUnavailableException : Exception
{
    /// <summary>Creates the exception. The message names the runtime, the action and the cause.</summary>
    public RuntimeUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
