using System.Text;
using Orca.Training.Text;

namespace Orca.Training.Progress;

/// <summary>
/// The last log lines of a training, for the sentence that says why it failed. Standard output and error stay in the order in
/// which they came: a program's last words may be on either, and they explain each other.
/// </summary>
internal sealed class LogTail
{
    public const int MaxLines = 20;

    /// <summary>The most bytes of all lines together, in UTF-8.</summary>
    public const int MaxBytes = 4096;

    /// <summary>The most characters of a line; so that a single long one does not push out all others.</summary>
    public const int MaxLineLength = 512;

    // As they came, at most so many: they are looked at when somebody asks, for nearly all have been pushed out by then.
    private readonly Queue<string> _last = new(MaxLines);

    /// <summary>The lines, oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            var lines = _last.Select(Kept).ToList();
            var (first, bytes) = (lines.Count, 0);
            while (first > 0 && (bytes += Encoding.UTF8.GetByteCount(lines[first - 1])) <= MaxBytes)
            {
                first--;
            }

            return lines[first..];
        }
    }

    /// <summary>Adds a line, and lets go of the oldest. Blank lines say nothing and are left out.</summary>
    public void Add(string line)
    {
        if (Visible(line).IsWhiteSpace())
        {
            return;
        }

        if (_last.Count == MaxLines)
        {
            _last.Dequeue();
        }

        // A long one is not held.
        _last.Enqueue(line.Length <= MaxLineLength ? line : Kept(line));
    }

    // The sentence is kept by databases and shown on terminals.
    private static string Kept(string line)
    {
        // Nearly all lines are kept as they are.
        var visible = Visible(line);
        return HarmlessText.Cut(HarmlessText.Line(visible.Length == line.Length ? line : visible.ToString()), MaxLineLength);
    }

    // A progress bar redraws its line after a carriage return: what a terminal would show is what comes after the last.
    private static ReadOnlySpan<char> Visible(string line)
    {
        var text = line.AsSpan().TrimEnd();
        return text[(text.LastIndexOf('\r') + 1)..];
    }
}
