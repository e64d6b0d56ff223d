using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Client;

/// <summary>Which lines of a job's logs are wanted; all of its newest attempt unless something says otherwise.</summary>
/// <remarks>
/// What is narrowed down twice is narrowed down by both: <see cref="Tail"/> counts the lines that the other fields leave.
/// </remarks>
public sealed record LogQuery
{
    /// <summary>
    /// The attempt; null for the newest one, or that of <see cref="After"/>, and those that follow it: so a follower of a job that is
    /// tried again sees its next attempt too.
    /// </summary>
    public int? Attempt { get; init; }

    /// <summary>The container's rank within the attempt. Default 0.</summary>
    public int Rank { get; init; }

    /// <summary>
    /// Whether to wait for what is printed from now on. It ends when all lines of the attempt were told and it has ended; without
    /// <see cref="Attempt"/>, when the job has. Otherwise what there is now is told, and no more.
    /// </summary>
    public bool Follow { get; init; }

    /// <summary>Begin with the last lines of the first attempt that is told, this many; null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>Only lines from this time on, by the clock of the attempt's machine.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Go on after a line, as after a connection broke or the service restarted: the <see cref="LogLine.Cursor"/> of the last one seen.</summary>
    public LogCursor? After { get; init; }

    /// <summary>Only standard output, or only standard error; null for both. Lines that are missing are told either way.</summary>
    public OutputStream? Stream { get; init; }
}

/// <summary>A place in a job's logs: after a line.</summary>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Position">The place in its output.</param>
/// <param name="Installation">The installation whose job it is: in another one the same id means another job. Null: not asked.</param>
public readonly record struct LogCursor(int Attempt, OutputPosition Position, InstallationId? Installation = null);

/// <summary>A line that a training printed.</summary>
public readonly record struct LogLine
{
    /// <summary>The installation whose job it is.</summary>
    public InstallationId? Installation { get; init; }

    /// <summary>The attempt that printed it.</summary>
    public required int Attempt { get; init; }

    /// <summary>The container's rank within the attempt.</summary>
    public required int Rank { get; init; }

    /// <summary>Where it was printed.</summary>
    public required OutputStream Stream { get; init; }

    /// <summary>The line without its end: at most 65,536 characters. What a carriage return had overwritten is left out; control characters are as they were.</summary>
    public required string Text { get; init; }

    /// <summary>Its place in the container's output, which holds its exact timestamp.</summary>
    public required OutputPosition Position { get; init; }

    /// <summary>0 for a line. Otherwise no line: so many are missing here, and the text is a sentence that says why.</summary>
    public long Missing { get; init; }

    /// <summary>When it was printed, by the clock of the attempt's machine (UTC).</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.UnixEpoch.AddTicks(Position.Timestamp / TimeSpan.NanosecondsPerTick);

    /// <summary>What <see cref="LogQuery.After"/> goes on from.</summary>
    public LogCursor Cursor => new(Attempt, Position, Installation);
}
