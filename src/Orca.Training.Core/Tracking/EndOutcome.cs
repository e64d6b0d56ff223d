using System.Globalization;
using System.Text;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Tracking;

/// <summary>Turns how a container ended into an outcome that a data scientist understands. Pure.</summary>
internal static class EndOutcome
{
    private const int FirstSignal = Signals.FirstExitCode;

    private const string BySigterm = "The training was stopped from outside this service (SIGTERM): by a person, or because the engine of its machine was stopped.";

    private const string NotWhole = " It then ended with exit code 0, but its output may be incomplete and is not published.";

    /// <summary>Whether a container ended as one that is stopped does: asked to, or killed when it did not.</summary>
    public static bool IsByStop(ContainerObservation end) => end is { OutOfMemory: false, ExitCode: FirstSignal + 9 or FirstSignal + 15 } or { Signal: not null };

    /// <summary>Whether a training ended by itself, and well.</summary>
    public static bool IsSuccess(ContainerObservation end) => end is { ExitCode: 0, Signal: null };

    /// <param name="end">An end that is no success.</param>
    /// <param name="configuredLimit">The memory limit in bytes that it would be given now, for a runtime that does not say which it had; 0 for none.</param>
    /// <param name="tail">The last lines that it wrote.</param>
    public static Outcome Of(ContainerObservation end, long configuredLimit, IReadOnlyList<string> tail)
    {
        var memoryLimit = end.MemoryLimit ?? configuredLimit;
        var limit = memoryLimit > 0 ? string.Create(CultureInfo.InvariantCulture, $"its limit of {memoryLimit >> 20} MiB") : "the machine has";
        var (code, sentence) = end switch
        {
            { ExitCode: null, Detail: { } detail } => (OutcomeCode.Unknown, $"The training ended, but the machine does not report how: {detail}."),
            { ExitCode: null } => (OutcomeCode.Unknown, "The training ended, but the machine does not report how."),
            _ when EndWords.IsSharedMemory(end, tail) =>
                (OutcomeCode.OutOfMemory, Invariant($"The training ran out of shared memory (/dev/shm), as a bus error indicates (exit code {end.ExitCode}). Use smaller batches or fewer workers of the data loader, or raise ShmMiB of the algorithm; a higher memory limit alone does not help.")),
            { ExitCode: FirstSignal + 9, OutOfMemory: true } =>
                (OutcomeCode.OutOfMemory, $"The training used more memory than {limit} and was killed. Use a smaller batch or model, or ask for a higher limit."),
            { OutOfMemory: true, ExitCode: not 0 and < FirstSignal and var exit } =>
                (OutcomeCode.OutOfMemory, Invariant($"A process of the training used more memory than {limit} and was killed; the training then ended with exit code {exit}.")),
            { ExitCode: FirstSignal + 9 } => (OutcomeCode.Killed, "The training was killed from outside this service (SIGKILL): by a person, or because the engine of its machine was stopped. The machine does not report that memory ran out."),
            { ExitCode: FirstSignal + 15 } => (OutcomeCode.Killed, BySigterm),
            { ExitCode: FirstSignal + 2 } => (OutcomeCode.Killed, "The training was interrupted from outside this service (SIGINT)."),
            { Signal: Signals.Terminate, ExitCode: 0 } => (OutcomeCode.Killed, BySigterm + NotWhole),
            { Signal: { } signal, ExitCode: 0 } => (OutcomeCode.Killed, $"The training was ended from outside by a signal ({Signals.NameOf(signal)}), not through this service.{NotWhole}"),
            { Signal: Signals.Terminate } => (OutcomeCode.Killed, Invariant($"{BySigterm} It then ended with exit code {end.ExitCode}.")),
            { Signal: { } signal } => (OutcomeCode.Killed, Invariant($"The training was ended from outside by a signal ({Signals.NameOf(signal)}), not through this service (exit code {end.ExitCode}).")),
            { ExitCode: FirstSignal + 11 } => (OutcomeCode.NonZeroExit, "The training program crashed with a segmentation fault (exit code 139)."),
            { ExitCode: FirstSignal + 6 } => (OutcomeCode.NonZeroExit, "The training program aborted itself (exit code 134)."),
            _ when Signals.OfExitCode(end.ExitCode) is { } signal && Signals.IsFromOutside(signal) =>
                (OutcomeCode.Killed, Invariant($"The training was ended from outside by a signal ({Signals.NameOf(signal)}, exit code {end.ExitCode}).")),
            { ExitCode: 1 or 126 or 127 } when EndWords.IsForeign(tail) =>
                (OutcomeCode.NonZeroExit, Invariant($"The training program was built for a processor architecture other than that of its machine (exit code {end.ExitCode}).")),
            { ExitCode: 126 or 127, Detail: { } detail } => (OutcomeCode.NonZeroExit, Invariant($"The training's command cannot be executed: {detail} (exit code {end.ExitCode}).")),
            { ExitCode: 2 or 126 or 127 } when EndWords.HasWindowsLines(tail) =>
                (OutcomeCode.NonZeroExit, Invariant($"A script of the training has Windows line endings (CRLF), which its shell reads as part of each command. Save it with Unix line endings (LF) and build the image again (exit code {end.ExitCode}).")),
            { ExitCode: 126 } => (OutcomeCode.NonZeroExit, "The training's command cannot be executed (exit code 126)."),
            { ExitCode: 127 } => (OutcomeCode.NonZeroExit, "The training's command was not found in its image (exit code 127)."),
            { ExitCode: var exit } => (OutcomeCode.NonZeroExit, Invariant($"The training program ended with exit code {exit}.")),
        };
        return new Outcome(code, WithTail(sentence, tail), end.ExitCode);
    }

    public static Outcome Lost(IReadOnlyList<string> tail) =>
        new(OutcomeCode.Lost, WithTail("The container of the training was removed before its end was seen, so its outcome is not known.", tail));

    public static Outcome Cancelled(bool byHost) =>
        new(OutcomeCode.Cancelled, byHost ? "Cancelled because the service stopped, and its job store is in memory." : "Cancelled on request.");

    public static Outcome RequeuedByHost() => new(OutcomeCode.Preempted, "Stopped because the service stopped; it starts again when the service is back.");

    public static Outcome RanTooLong(TimeSpan limit) =>
        new(OutcomeCode.TimedOut, Invariant($"The training ran longer than its limit of {limit} and was stopped. Raise the limit, or reduce the work."));

    public static Outcome Stalled(TimeSpan limit) =>
        new(OutcomeCode.Stalled, Invariant($"The training reported neither a metric nor progress for {limit}, its limit, and was stopped."));

    public static Outcome FilledDisk(string bytes) =>
        new(OutcomeCode.DiskFull, $"The training filled the disk of its host (its files took {bytes}) and was stopped. Write less, or ask for a larger disk.");

    public static Outcome QueueTimedOut(TimeSpan limit) =>
        new(OutcomeCode.QueueTimedOut, Invariant($"The training could not be started within {limit}, its limit for waiting in the queue."));

    public static Outcome DependencyFailed(JobId job, Job? ended) =>
        new(OutcomeCode.DependencyFailed, ended is null
            ? $"Training {job}, which must succeed before this one starts, no longer exists."
            : $"Training {job}, which must succeed before this one starts, has {(ended.State is JobState.Cancelled ? "been cancelled" : "failed")}.");

    /// <summary>Why a job waits that no machine could start as they are now.</summary>
    public static string FitsNowhere(string reason) => $"no machine of this service could start it with its current resources, even if the machine were empty: {reason}";

    public static Outcome NeverFits(string reason) =>
        new(OutcomeCode.InvalidSpec, $"No machine of this service can ever start it: {reason}. Ask for less.");

    public static Outcome SetAside(string error) =>
        new(OutcomeCode.InternalError, $"The service failed twice when it decided about this training ({error}), and ended it so that others can continue. Event 1021 in the log of the service has the details.");

    public static Outcome NeverStarted(TimeSpan limit, string? lastError) =>
        new(OutcomeCode.LaunchFailed, Invariant($"The training could not be started within {limit}.{(lastError is null ? "" : " " + lastError)}"));

    private static string WithTail(string sentence, IReadOnlyList<string> tail)
    {
        if (tail.Count == 0)
        {
            return sentence;
        }

        var text = new StringBuilder(sentence).Append(" Its last lines:");
        foreach (var line in tail)
        {
            text.Append('\n').Append(line);
        }

        return text.ToString();
    }
}
