using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Orca.Training.Jobs.Json;
using Orca.Training.Text;

namespace Orca.Training.Jobs;

/// <summary>
/// How an attempt or a job ended, as a stable code. The list of codes is not final, so expect unknown ones. In JSON it is text.
/// </summary>
[JsonConverter(typeof(OutcomeCodeConverter))]
public readonly record struct OutcomeCode(string Name) : IParsable<OutcomeCode>
{
    /// <summary>Reads a code: any text that is not empty, since codes are open.</summary>
    /// <exception cref="FormatException">It is empty.</exception>
    public static OutcomeCode Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var code) ? code : throw new FormatException("The code of an outcome cannot be empty.");

    /// <summary>Reads a code: any text that is not empty, since codes are open.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out OutcomeCode result)
    {
        result = new OutcomeCode(s ?? "");
        return !string.IsNullOrEmpty(s);
    }

    /// <summary>Exit code 0, results published.</summary>
    public static readonly OutcomeCode Completed = new("Completed");

    /// <summary>The training program ended by itself with an exit code other than 0.</summary>
    public static readonly OutcomeCode NonZeroExit = new("NonZeroExit");

    /// <summary>The training used more memory than its limit, and the kernel killed it.</summary>
    public static readonly OutcomeCode OutOfMemory = new("OutOfMemory");

    /// <summary>A signal from outside ended the training.</summary>
    public static readonly OutcomeCode Killed = new("Killed");

    /// <summary>The training exceeded a time limit.</summary>
    public static readonly OutcomeCode TimedOut = new("TimedOut");

    /// <summary>The training reported no progress within its limit.</summary>
    public static readonly OutcomeCode Stalled = new("Stalled");

    /// <summary>Ended on request.</summary>
    public static readonly OutcomeCode Cancelled = new("Cancelled");

    /// <summary>Stopped to make room for another job.</summary>
    public static readonly OutcomeCode Preempted = new("Preempted");

    /// <summary>The image of the algorithm is neither on the machine nor in a registry.</summary>
    public static readonly OutcomeCode ImageNotFound = new("ImageNotFound");

    /// <summary>The image exists, but could not be pulled.</summary>
    public static readonly OutcomeCode ImagePullFailed = new("ImagePullFailed");

    /// <summary>The runtime refuses a setting of the job or its algorithm.</summary>
    public static readonly OutcomeCode InvalidSpec = new("InvalidSpec");

    /// <summary>The dataset snapshot cannot be read, or has changed.</summary>
    public static readonly OutcomeCode DatasetUnavailable = new("DatasetUnavailable");

    /// <summary>
    /// A file that the training announced is missing, a file cannot be published, or the training left no file for its model.
    /// </summary>
    public static readonly OutcomeCode ArtifactMissing = new("ArtifactMissing");

    /// <summary>The output or the checkpoint exceeds a limit.</summary>
    public static readonly OutcomeCode ArtifactTooLarge = new("ArtifactTooLarge");

    /// <summary>The training filled the disk of its host and was stopped, so that others can continue.</summary>
    public static readonly OutcomeCode DiskFull = new("DiskFull");

    /// <summary>The containers could not be started.</summary>
    public static readonly OutcomeCode LaunchFailed = new("LaunchFailed");

    /// <summary>A container disappeared before its end was seen.</summary>
    public static readonly OutcomeCode Lost = new("Lost");

    /// <summary>The job was ready to start for longer than its limit. An outcome of jobs, never of attempts.</summary>
    public static readonly OutcomeCode QueueTimedOut = new("QueueTimedOut");

    /// <summary>A job that it depends on did not succeed. An outcome of jobs, never of attempts.</summary>
    public static readonly OutcomeCode DependencyFailed = new("DependencyFailed");

    /// <summary>The service failed twice when it decided about the job, and ended it so that others can continue.</summary>
    public static readonly OutcomeCode InternalError = new("InternalError");

    /// <summary>The training ended, but the cause is not known.</summary>
    public static readonly OutcomeCode Unknown = new("Unknown");

    /// <summary>The outcomes of this project; runtimes may have others.</summary>
    internal static readonly IReadOnlyList<OutcomeCode> Known =
    [
        Completed, NonZeroExit, OutOfMemory, Killed, TimedOut, Stalled,
        Cancelled, Preempted, ImageNotFound, ImagePullFailed, InvalidSpec, DatasetUnavailable,
        ArtifactMissing, ArtifactTooLarge, DiskFull, LaunchFailed, Lost, QueueTimedOut,
        DependencyFailed, Unknown,
    ];

    /// <inheritdoc />
    public override string ToString() => Name;
}

/// <summary>How an attempt or a job ended.</summary>
/// <param name="Code">The stable word for it.</param>
/// <param name="Message">A sentence that a data scientist understands. What of it a terminal would act on is made harmless.</param>
/// <param name="ExitCode">The training program's exit code, where one was seen.</param>
public sealed record Outcome(OutcomeCode Code, string Message, int? ExitCode = null)
{
    /// <summary>A sentence that a data scientist understands.</summary>
    // It may hold a training's last words, an engine's and a registry's, and is shown in statuses, logs and terminals.
    public string Message { get; init; } = HarmlessText.Lines(Message ?? "");

    internal static readonly Outcome Completed = new(OutcomeCode.Completed, "The training completed.", 0);

    /// <summary>Completed, with what people should know of it.</summary>
    internal static Outcome CompletedBut(string? note) => note is null ? Completed : Completed with { Message = $"{Completed.Message} {note}" };
}
