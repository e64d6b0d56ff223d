using System.Globalization;
using System.Text;

namespace Orca.Training.Files;

/// <summary>Texts that a reader takes for the same, though their characters differ: what people type, copy and export is full of them.</summary>
internal static class LookAlike
{
    /// <summary>
    /// Equal for texts that look alike: without invisible characters, with one blank for each run of white space and none around, in canonical form.
    /// Case counts.
    /// </summary>
    public static string Key(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        var seen = new StringBuilder(text.Length);
        var isBlank = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsInvisible(rune))
            {
                continue;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                isBlank = seen.Length > 0;
                continue;
            }

            if (isBlank)
            {
                seen.Append(' ');
                isBlank = false;
            }

            seen.Append(rune);
        }

        return CanonicalText.Of(seen.ToString());
    }

    /// <summary>Whether a text has nothing that can be seen.</summary>
    public static bool IsBlank(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is > ' ' and <= '~')
        {
            return text.IsEmpty;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune) && !Rune.IsWhiteSpace(rune))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A text in quotes, fit to stand in a sentence, with what cannot be seen in it written out: <c>'gre&lt;U+200B&gt;et'</c>.</summary>
    public static string Spelt(string text)
    {
        const int shown = 80;
        var written = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (written.Length > shown)
            {
                written.Append('…');
                break;
            }

            if (IsPlainlyVisible(rune))
            {
                written.Append(rune);
            }
            else
            {
                written.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
            }
        }

        return $"'{written}'";
    }

    private static bool IsPlain(string text)
    {
        var before = ' ';
        foreach (var c in text)
        {
            if (c is < ' ' or > '~' || (c == ' ' && before == ' '))
            {
                return false;
            }

            before = c;
        }

        return before != ' ' || text.Length == 0;
    }

    private static bool IsPlainlyVisible(Rune rune) => rune.Value == ' '
        || !(IsInvisible(rune) || Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    // What Unicode calls default ignorable, as far as it is assigned. What has no category of its own stands among letters and marks.
    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or 0xFFA0
            or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
