using Google.Protobuf.WellKnownTypes;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Grpc;

/// <summary>A log query and its lines on the wire and back.</summary>
internal static class LogMapping
{
    public static Wire.StreamLogsRequest ToWire(JobId job, LogQuery query)
    {
        var message = new Wire.StreamLogsRequest
        {
            JobId = job.Value,
            Rank = query.Rank,
            Follow = query.Follow,
            Since = query.Since?.ToTimestamp(),
            After = query.After is { } after
                ? new Wire.LogCursor { Attempt = after.Attempt, Timestamp = after.Position.Timestamp, Number = after.Position.Lines, Installation = after.Installation?.Value ?? "" }
                : null,
        };
        if (query.Attempt is { } attempt)
        {
            message.Attempt = attempt;
        }

        if (query.Tail is { } tail)
        {
            message.Tail = tail;
        }

        if (query.Stream is { } stream)
        {
            message.Output = ToWire(stream);
        }

        return message;
    }

    /// <exception cref="TrainingException">A field says what has no meaning.</exception>
    public static LogQuery FromWire(Wire.StreamLogsRequest message) => new()
    {
        Attempt = message.HasAttempt ? message.Attempt : null,
        Rank = message.Rank,
        Follow = message.Follow,
        Tail = message.HasTail ? message.Tail : null,
        Since = message.Since is { } since ? MomentOf(since) : null,
        After = message.After is { } after ? new LogCursor(after.Attempt, new OutputPosition(after.Timestamp, after.Number), StatusMapping.InstallationFromWire(after.Installation)) : null,
        Stream = message.HasOutput ? FromWire(message.Output) : null,
    };

    public static Wire.LogLine ToWire(in LogLine line) => new()
    {
        Timestamp = line.Position.Timestamp,
        Number = line.Position.Lines,
        Output = ToWire(line.Stream),
        Text = line.Text,
        Missing = line.Missing,
    };

    public static LogLine FromWire(Wire.StreamLogsResponse lines, Wire.LogLine line) => new()
    {
        Installation = StatusMapping.InstallationFromWire(lines.Installation),
        Attempt = lines.Attempt,
        Rank = lines.Rank,
        Stream = FromWire(line.Output),
        Text = line.Text,
        Position = new OutputPosition(line.Timestamp, line.Number),
        Missing = line.Missing,
    };

    // The numbers are the same; one that means nothing passes, and the service says so.
    private static Wire.LogOutput ToWire(OutputStream stream) => (Wire.LogOutput)(int)stream;

    private static OutputStream FromWire(Wire.LogOutput output) => (OutputStream)(int)output;

    private static DateTimeOffset MomentOf(Timestamp since)
    {
        try
        {
            return since.ToDateTimeOffset();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw Invalid("since", $"{since.Seconds} s and {since.Nanos} ns is not a time between the years 1 and 9999.");
        }
    }

    private static TrainingException Invalid(string field, string description) => TrainingException.Invalid(field, description);
}
