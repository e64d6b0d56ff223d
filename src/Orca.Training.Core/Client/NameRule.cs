using Orca.Training.Files;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>
/// What things may be called, at every door alike. Models with their aliases, datasets with their tags, and groups have plain names
/// (<see cref="PlainName"/>): they stand in addresses, folders and references such as <c>name:alias</c>. What is only compared, such as a
/// training's own
/// name, is any text of one line.
/// </summary>
internal static class NameRule
{
    public const string HalfACharacter = "It contains an unpaired surrogate: give valid Unicode text.";
    private const string Empty = "It is empty: give a name.";

    /// <summary>Checks text that is only compared.</summary>
    public static void CheckText(string field, string? value, int maxLength, bool isRequired, List<FieldViolation> found)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (isRequired || !string.IsNullOrEmpty(value))
            {
                found.Add(new FieldViolation(field, Empty));
            }
        }
        else if (value.Length > maxLength)
        {
            found.Add(new FieldViolation(field, Invariant($"It has {value.Length} characters: give at most {maxLength}.")));
        }
        else if (HarmIn(value) is { } harm)
        {
            found.Add(new FieldViolation(field, harm));
        }
    }

    /// <summary>Checks the name of something that is made by this call, where there is one.</summary>
    public static void CheckPlain(string field, string? value, int maxLength, List<FieldViolation> found)
    {
        var before = found.Count;
        CheckText(field, value, maxLength, isRequired: false, found);
        if (found.Count == before && !string.IsNullOrEmpty(value) && !PlainName.IsValid(value))
        {
            found.Add(new FieldViolation(field, $"{PlainName.Quoted(value)} is not valid: give {PlainName.Rule}."));
        }
    }

    /// <summary>What no name may have, and what would be right; null where a text has nothing of it.</summary>
    public static string? HarmIn(string text) => Alphabet.IndexOfHarmful(text) is >= 0 and var at ? HarmOf(text[at]) : null;

    private static string HarmOf(char found) =>
        char.IsSurrogate(found) ? HalfACharacter
        : char.IsControl(found) ? "It has a control character: give printable text."
        : Invariant($"It contains U+{(int)found:X4}, which is invisible and affects the text around it: give text {Alphabet.Rule}.");
}
