using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Client;

/// <summary>Selects lines of a job's logs. By default, all lines of its newest attempt.</summary>
/// <remarks>
/// What is narrowed down twice is narrowed down by both: <see cref="Tail"/> counts the lines that the other fields leave.
/// </remarks>
public sealed record LogQuery
{
    /// <summary>
    /// The attempt. Null: the newest one, or that of <see cref="After"/>, and the attempts after it, so that a follower of a retried job
    /// also sees its next attempt.
    /// </summary>
    public int? Attempt { get; init; }

    /// <summary>The rank of the container in the attempt. Default 0.</summary>
    public int Rank { get; init; }

    /// <summary>
    /// Whether to wait for new lines. The stream ends when the attempt has ended and all of its lines were returned; without
    /// <see cref="Attempt"/>, when the job has ended. If false, the stream returns the lines that exist now.
    /// </summary>
    public bool Follow { get; init; }

    /// <summary>Start with the last lines of the first selected attempt, this many. Null: all lines.</summary>
    public int? Tail { get; init; }

    /// <summary>Only lines from this time on, by the clock of the machine of the attempt.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// Continue after this line, for example after a broken connection: the <see cref="LogLine.Cursor"/> of the last line.
    /// </summary>
    public LogCursor? After { get; init; }

    /// <summary>Only standard output, or only standard error. Null: both. Entries for missing lines are always returned.</summary>
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
