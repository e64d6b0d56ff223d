using System.Text;

namespace Orca.Training.Text;

/// <summary>
/// Text of a training or of anybody else, made fit to be shown to people: in a status, an outcome, an exception, a line of the host's log, a terminal. What a
/// terminal would act on does nothing there, and can still be seen: U+FFFD stands for it. The log itself is kept as it was printed. Pure.
/// </summary>
internal static class HarmlessText
{
    private const char Escape = '\x1b';
    private const char Stand = '\uFFFD';

    /// <summary>As one line. Tabs stay; sequences that only set colours or move the cursor are left out, for no reader of text misses them.</summary>
    public static string Line(string text) => Of(text, areLinesKept: false);

    /// <summary>The same for a text of several lines, which stay lines.</summary>
    public static string Lines(string text) => Of(text, areLinesKept: true);

    /// <summary>At most so many characters of a text, an ellipsis at the end if there are more, and no character cut in two.</summary>
    public static string Cut(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");

    private static string Of(string text, bool areLinesKept)
    {
        if (Alphabet.IndexOfHarmful(text) is >= 0 and var first)
        {
            var result = new StringBuilder(text.Length).Append(text, 0, first);
            for (var at = first; at < text.Length;)
            {
                at += Take(text.AsSpan(at), areLinesKept, result);
            }

            return result.ToString();
        }

        return text;
    }

    /// <summary>How many characters were taken.</summary>
    private static int Take(ReadOnlySpan<char> text, bool areLinesKept, StringBuilder result)
    {
        if (SequenceLength(text) is > 0 and var length)
        {
            return length;
        }

        if (Alphabet.IsPair(text, 0))
        {
            result.Append(text[..2]);
            return 2;
        }

        var character = text[0];
        if (areLinesKept && character == '\r' && text.Length > 1 && text[1] == '\n')
        {
            return 1;
        }

        var isKept = character == '\t' || (areLinesKept && character == '\n') || !(char.IsSurrogate(character) || Alphabet.IsHarmful(character));
        result.Append(isKept ? character : Stand);
        return 1;
    }

    /// <summary>The length of a control sequence (ESC [ parameters final) that stands at the beginning; 0 for none. ECMA-48 has its form.</summary>
    private static int SequenceLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[0] != Escape || text[1] != '[')
        {
            return 0;
        }

        var at = 2;
        while (at < text.Length && text[at] is >= ' ' and <= '?')
        {
            at++;
        }

        return at < text.Length && text[at] is >= '@' and <= '~' ? at + 1 : 0;
    }
}
