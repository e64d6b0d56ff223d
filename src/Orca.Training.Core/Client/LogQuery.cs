using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Client;

/// <summary>Selects lines of a job's logs. By default, all lines of its newest attempt.</summary>
/// <remarks>All conditions must match. <see cref="Tail"/> counts the lines that match the other conditions.</remarks>
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

/// <summary>A position in the logs of a job: after a line.</summary>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Position">The place in its output.</param>
/// <param name="Installation">The installation of the job. In another one, the same id means another job. Null: not checked.</param>
public readonly record struct LogCursor(int Attempt, OutputPosition Position, InstallationId? Installation = null);

/// <summary>A line that a training printed.</summary>
public readonly record struct LogLine
{
    /// <summary>The installation of the job.</summary>
    public InstallationId? Installation { get; init; }

    /// <summary>The attempt that printed it.</summary>
    public required int Attempt { get; init; }

    /// <summary>The container's rank within the attempt.</summary>
    public required int Rank { get; init; }

    /// <summary>The output that it was printed to.</summary>
    public required OutputStream Stream { get; init; }

    /// <summary>
    /// The line without its line ending: at most 65,536 characters. Text that a carriage return has overwritten is left out. Control
    /// characters are kept.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>The position in the output of the container, with the exact timestamp.</summary>
    public required OutputPosition Position { get; init; }

    /// <summary>0 for a line. Otherwise, the number of lines that are missing here; the text says why.</summary>
    public long Missing { get; init; }

    /// <summary>When it was printed, by the clock of the machine of the attempt (UTC).</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.UnixEpoch.AddTicks(Position.Timestamp / TimeSpan.NanosecondsPerTick);

    /// <summary>The value for <see cref="LogQuery.After"/> to continue after this line.</summary>
    public LogCursor Cursor => new(Attempt, Position, Installation);
}
