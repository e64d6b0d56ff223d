using System.Text.RegularExpressions;

namespace Orca.Training.Tests.Shared;

/// <summary>Where a page tells its reader to put a block of code, by the sentence before it.</summary>
internal sealed partial record CodePlace(string Verb, string Anchor, string File)
{
    /// <summary>Reads the sentence; null if it names no place.</summary>
    public static CodePlace? Of(string sentence) => Sentence().Match(sentence) is { Success: true } match
        ? new CodePlace(match.Groups["verb"].Value, match.Groups["anchor"].Value, match.Groups["file"].Value)
        : null;

    /// <summary>The file's text with the block in its place.</summary>
    /// <exception cref="InvalidOperationException">What the sentence names is not there once.</exception>
    public string Put(string text, string code) => Verb switch
    {
        "Replace the content of" => code,
        "Append to" => text + "\n" + code,
        "Insert before" when IsOnce(text) => text.Replace(Anchor, code + Anchor, StringComparison.Ordinal),
        "Replace" when IsOnce(text) => text.Replace(Anchor, code.TrimEnd(), StringComparison.Ordinal),
        _ => throw new InvalidOperationException($"'{Anchor}' is not once in {File}: {text}"),
    };

    private bool IsOnce(string text) => text.Split(Anchor).Length == 2;

    [GeneratedRegex("^(?<verb>Replace the content of|Append to|Insert before|Replace) (?:`(?<anchor>[^`]+)` in )?`(?<file>[^`]+)`:$")]
    private static partial Regex Sentence();
}
