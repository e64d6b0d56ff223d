using System.Buffers;

namespace Orca.Training.Text;

/// <summary>
/// Which characters names and texts may have, whoever makes them: callers, trainings, files. One alphabet for every door and every store, so that what one of
/// them takes, all can hold, find and show. Pure.
/// </summary>
internal static class Alphabet
{
    /// <summary>What a name holds to, as the end of a sentence: "give text …".</summary>
    public const string Rule = "without control characters, line breaks, bidirectional control characters and unpaired surrogates";

    // A terminal acts on the first two kinds, a log's reader is misled by the others, and no store holds U+0000 or half a character.
    private static readonly SearchValues<char> Suspects =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => char.IsSurrogate(c) || IsHarmful(c))]);

    /// <summary>
    /// Whether a character does something where it is shown instead of being seen: control characters, the line breaks of Unicode, and the marks that
    /// turn the direction of writing. A tab is one; half a character is looked for by <see cref="IndexOfHarmful"/>.
    /// </summary>
    public static bool IsHarmful(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' or '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>Where the first character stands that no name may have, half a character among them; -1 for nowhere.</summary>
    public static int IndexOfHarmful(ReadOnlySpan<char> text)
    {
        for (var at = 0; text[at..].IndexOfAny(Suspects) is >= 0 and var found;)
        {
            at += found;
            if (!IsPair(text, at))
            {
                return at;
            }

            at += 2;
        }

        return -1;
    }

    /// <summary>Whether a text can be a name: it has characters, at most so many, and only harmless ones.</summary>
    public static bool IsName(string? text, int maxLength) => text is { Length: > 0 } && text.Length <= maxLength && IndexOfHarmful(text) < 0;

    /// <summary>Whether every store can hold a text of several lines as it is: without U+0000 and half a character.</summary>
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\0' || (char.IsSurrogate(text[at]) && !IsPair(text, at++)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a whole character of two halves stands there.</summary>
    internal static bool IsPair(ReadOnlySpan<char> text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
}
