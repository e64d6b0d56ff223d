using Orca.Training.Text;

namespace Orca.Training.Files;

/// <summary>Names that can be a folder's name as they are, on any file system.</summary>
internal static class PlainName
{
    public const int MaxLength = 128;

    public const string Rule = "1 to 128 letters (a-z, A-Z), digits, '.', '_' and '-', but not only dots";

    private const int Shown = 80;

    /// <summary>Whether a name holds to <see cref="Rule"/>.</summary>
    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaxLength }
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        && name.AsSpan().ContainsAnyExcept('.');

    /// <summary>A text from outside, fit to stand in a sentence: short, on one line, with nothing that a terminal would act on.</summary>
    public static string Quoted(string text) => $"'{HarmlessText.Line(HarmlessText.Cut(text, Shown + 1))}'";
}
