using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Machines;

/// <summary>
/// Starts, observes, stops and removes attempts on a machine. Thread-safe. Every container carries its attempt's identity, so
/// that a listing alone tells which containers are ours.
/// </summary>
/// <remarks>
/// A call that throws has an unknown effect: the tracker asks again, so each call can be repeated. Nothing here is specific to an
/// engine.
/// </remarks>
public interface IContainerRuntime
{
    /// <summary>What it can do; constant.</summary>
    RuntimeAbilities Abilities { get; }

    /// <summary>Asks the runtime how it is, so that a wrong setting is said when the host starts.</summary>
    /// <returns>What the machine behind it has.</returns>
    /// <exception cref="RuntimeUnavailableException">It cannot be reached.</exception>
    Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes and starts an attempt's containers. Idempotent: what already exists under the attempt's names is adopted. After a refusal
    /// nothing is left that could start by itself.
    /// </summary>
    /// <param name="spec">The attempt.</param>
    /// <param name="phases">Told what the launch is busy with when that takes long.</param>
    /// <param name="cancellationToken">Gives the launch up; what was made so far may stay behind until it is removed.</param>
    /// <exception cref="RuntimeUnavailableException">It cannot be reached; the containers may exist or not.</exception>
    Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken);

    /// <summary>
    /// Told which containers are on record as an attempt's, before its output is read: a host that takes it over from another has not started
    /// them itself. What acts by them, and not by names that people can change, is right whatever they are called by now.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="incarnations">The ids that its start returned, in rank order.</param>
    void Recall(AttemptName attempt, IReadOnlyList<string> incarnations)
    {
    }

    /// <summary>
    /// The truth: all containers of this application, whatever their state, of this and of other installations. It holds all that existed
    /// when it was asked for; how one stands may be behind what a watch has told by a moment.
    /// </summary>
    /// <exception cref="RuntimeUnavailableException">It cannot be reached.</exception>
    Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken);

    /// <summary>
    /// Hints: what happens to this application's containers from the call on, until the stream breaks, which ends it or throws.
    /// Observations may be late, doubled, reordered or missing.
    /// </summary>
    IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken);

    /// <summary>
    /// One rank's output from a position on, until its container ends or is gone. What a stop ended may no longer be read then; who reads it
    /// at that moment gets it to its end. Timestamps never go back: where the two
    /// outputs' clocks disagree by a little, a line is given the latest one so far.
    /// </summary>
    IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken);

    /// <summary>
    /// Brings back what an attempt wrote, where <see cref="RuntimeAbilities.CopiesFolders"/>; called after its containers have ended
    /// and before they are removed. Each folder of the host is then as rank 0's container left it: what the folder held before is
    /// replaced, all or nothing. Links are brought as links, never followed. Where folders are mounted there is nothing to do.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="folders">The folders that its containers could write, as they were in <see cref="AttemptSpec.Mounts"/>.</param>
    /// <param name="cancellationToken">Gives it up; the folders stay as they were.</param>
    /// <exception cref="ArtifactException">It can never be brought: its containers are gone, or left what is no file, folder or link.</exception>
    /// <exception cref="RuntimeUnavailableException">It cannot be reached.</exception>
    /// <exception cref="IOException">The host cannot store it.</exception>
    Task FetchAsync(AttemptName attempt, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Asks the attempt's containers to end (SIGTERM), kills those that still run after the grace, and returns when none runs. Their ends
    /// stay listed. None is no error.
    /// </summary>
    /// <exception cref="RuntimeUnavailableException">It cannot be reached.</exception>
    Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Removes the attempt's containers, running or not. None is no error.</summary>
    /// <exception cref="RuntimeUnavailableException">It cannot be reached.</exception>
    Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken);
}

/// <summary>The runtime could not be reached, or did not answer as it should: nothing is known of the call's effect.</summary>
public sealed class RuntimeUnavailableException : Exception
{
    /// <summary>Says which runtime, what was tried and what is wrong.</summary>
    public RuntimeUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
