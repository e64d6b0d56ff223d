using Orca.Training.Files;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>
/// What things may be called, at every door alike. Models with their aliases, datasets with their tags, and groups have plain names
/// (<see cref="PlainName"/>): they stand in addresses, folders and references such as <c>name:alias</c>. What is only compared, such as a training's own
/// name, is any text of one line.
/// </summary>
internal static class NameRule
{
    public const string Control = "It holds a control character: give printable text.";
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
        else if (HasControlCharacter(value))
        {
            found.Add(new FieldViolation(field, Control));
        }
    }

    /// <summary>Checks the name of something that is made by this call, where there is one.</summary>
    public static void CheckPlain(string field, string? value, int maxLength, List<FieldViolation> found)
    {
        var before = found.Count;
        CheckText(field, value, maxLength, isRequired: false, found);
        if (found.Count == before && !string.IsNullOrEmpty(value) && !PlainName.IsValid(value))
        {
            found.Add(new FieldViolation(field, $"{PlainName.Quoted(value)} is not possible: give {PlainName.Rule}."));
        }
    }

    // Asked of each name of each request: a query over the text would make an object of every character.
    public static bool HasControlCharacter(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
