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

    private readonly Queue<string> _lines = new(MaxLines);
    private int _bytes;

    /// <summary>The lines, oldest first.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Adds a line, and lets go of the oldest. Blank lines say nothing and are left out.</summary>
    public void Add(string line)
    {
        // Nearly all lines are kept as they are: a copy of each would be most of what following an output costs.
        var visible = Visible(line);
        if (visible.IsWhiteSpace())
        {
            return;
        }

        // The sentence is kept by databases and shown on terminals.
        var kept = HarmlessText.Cut(HarmlessText.Line(visible.Length == line.Length ? line : visible.ToString()), MaxLineLength);
        _lines.Enqueue(kept);
        _bytes += Encoding.UTF8.GetByteCount(kept);
        while (_lines.Count > MaxLines || _bytes > MaxBytes)
        {
            _bytes -= Encoding.UTF8.GetByteCount(_lines.Dequeue());
        }
    }

    // A progress bar redraws its line after a carriage return: what a terminal would show is what comes after the last.
    private static ReadOnlySpan<char> Visible(string line)
    {
        var text = line.AsSpan().TrimEnd();
        return text[(text.LastIndexOf('\r') + 1)..];
    }
}
