using System.Globalization;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.AspNetCore.Http;

/// <summary>A place in a log as text: attempt, time in nanoseconds, lines of that time, installation.</summary>
internal static class LogCursors
{
    public static string Write(LogCursor cursor) => string.Create(
        CultureInfo.InvariantCulture, $"{cursor.Attempt}.{cursor.Position.Timestamp}.{cursor.Position.Lines}.{cursor.Installation?.Value}");

    /// <exception cref="TrainingException">The text is no place in a log.</exception>
    public static LogCursor Read(string text)
    {
        var parts = text.Split('.', 4);
        return parts.Length == 4
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var lines)
                ? new LogCursor(attempt, new OutputPosition(time, lines), parts[3].Length == 0 ? null : new InstallationId(parts[3]))
                : throw TrainingException.Invalid("after", $"'{text}' is not a place in a log: give the cursor of a line.");
    }
}
