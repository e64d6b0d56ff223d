using System.Text;

namespace Orca.Training.Progress;

/// <summary>
/// The words NaN and Infinity, which are no JSON, but which Python's json module writes unless told otherwise. A training whose
/// loss has become NaN prints just such lines, and what else stands on them (step, epoch) still counts.
/// </summary>
internal static class NonFinite
{
    private static readonly string[] Words = ["NaN", "Infinity", "-Infinity"];

    public static bool IsIn(string text) => text.Contains("NaN", StringComparison.Ordinal) || text.Contains("Infinity", StringComparison.Ordinal);

    /// <summary>The same text with null for each of them, except within strings.</summary>
    public static string AsNull(string text)
    {
        var result = new StringBuilder(text.Length);
        var isInString = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (isInString && text[i] == '\\' && i + 1 < text.Length)
            {
                result.Append(text[i++]);
            }
            else if (text[i] == '"')
            {
                isInString = !isInString;
            }
            else if (!isInString && WordAt(text.AsSpan(i)) is { } word)
            {
                result.Append("null");
                i += word.Length - 1;
                continue;
            }

            result.Append(text[i]);
        }

        return result.ToString();
    }

    private static string? WordAt(ReadOnlySpan<char> text)
    {
        foreach (var word in Words)
        {
            if (text.StartsWith(word, StringComparison.Ordinal))
            {
                return word;
            }
        }

        return null;
    }
}
