using System.Collections.Frozen;
using Orca.Training.Files;

namespace Orca.Training.Datasets.Intents;

/// <summary>Which first rows are headers. Pure; <c>csv_cases.json</c> holds it, and the training image's reader, to the same.</summary>
internal static class HeaderRule
{
    private const int MostWords = 3;

    private static readonly FrozenSet<string> TextNames = new[]
    {
        "utterance", "utterances", "text", "texts", "sentence", "sentences", "query", "queries", "question", "message", "phrase", "example", "input",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> LabelNames = new[]
    {
        "label", "labels", "intent", "intents", "category", "categories", "class", "classes", "target", "tag", "tags",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether these are usual names of the two columns.</summary>
    public static bool IsHeader(string text, string label) => IsTextName(text) && IsLabelName(label);

    /// <summary>Whether these are usual names of the two columns, the label's first.</summary>
    public static bool IsSwapped(string text, string label) => IsLabelName(text) && IsTextName(label);

    /// <summary>Whether this is a usual name of the column of texts.</summary>
    public static bool IsTextName(string field) => IsName(field, TextNames);

    /// <summary>Whether these could be names of columns, by their words; what comes after decides.</summary>
    public static bool LooksLikeHeader(string text, string label)
    {
        var (first, second) = (Words(text), Words(label));
        return first.Count <= MostWords && second.Count <= MostWords && first.Concat(second).Any(w => TextNames.Contains(w) || LabelNames.Contains(w));
    }

    /// <summary>Whether two fields are the same name.</summary>
    public static bool IsSame(string one, string other) => LookAlike.Key(one).Equals(LookAlike.Key(other), StringComparison.OrdinalIgnoreCase);

    private static bool IsLabelName(string field) => IsName(field, LabelNames);

    // The longest name with some blanks around it; longer fields are texts.
    private static bool IsName(string field, FrozenSet<string> names) => field.Length <= 64 && names.Contains(LookAlike.Key(field));

    private static List<string> Words(string field)
    {
        var words = new List<string>(MostWords + 1);
        for (var start = 0; start < field.Length && words.Count <= MostWords;)
        {
            var end = start;
            while (end < field.Length && char.IsLetterOrDigit(field[end])
                && !(end > start && char.IsUpper(field[end]) && char.IsLower(field[end - 1])))
            {
                end++;
            }

            if (end > start)
            {
                words.Add(field[start..end]);
            }

            else
            {
                end++;
            }

            start = end;
        }

        return words;
    }
}
