namespace Orca.Training.Datasets.Intents;

/// <summary>What ends a line: a line feed, a carriage return, or both in this order.</summary>
internal static class LineBreaks
{
    public static int Count(ReadOnlySpan<char> text) => text.Count('\n') + text.Count('\r') - text.Count("\r\n");

    /// <summary>The same text with every end as a line feed.</summary>
    public static string Canonical(string text) =>
        // Not ReplaceLineEndings, which takes form feeds and Unicode's separators for line ends too.
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
