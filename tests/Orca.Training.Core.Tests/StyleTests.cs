using System.Text.RegularExpressions;

namespace Orca.Training.Tests;

/// <summary>What every file of the repository holds to.</summary>
public sealed partial class StyleTests
{
    private const int MostLines = 400;

    private static readonly string[] Folders = ["src", "samples", "tests", "bench", "training-images"];

    // In halves, so that this file does not name them itself.
    private static readonly string[] Banned = ["TO" + "DO", "FIX" + "ME", "HA" + "CK"];

    [Fact]
    public void No_source_file_is_longer_than_four_hundred_lines()
    {
        var files = Sources.Files(Folders, ".cs", ".py").Select(f => (Name: f, Lines: Sources.Lines(f).Length)).ToList();

        Assert.True(files.Count > 100, $"only {files.Count} source files were found: the test looks in the wrong place");
        Assert.DoesNotContain(files, f => f.Lines > MostLines);
    }

    [Fact]
    public void Nothing_is_left_for_later_in_a_comment()
    {
        var left = from file in Sources.Files(["."], ".cs", ".py", ".sh", ".md", ".csproj", ".props", ".proto", ".json", ".yml", "")
                   from line in Sources.Lines(file)
                   where Array.Exists(Banned, word => IsNamed(line, word))
                   select $"{file}: {line.Trim()}";

        Assert.Empty(left);
    }

    [Fact]
    public void A_number_that_is_formatted_in_a_sentence_is_spelt_the_same_in_every_culture()
    {
        // The analyzers look at calls, not into interpolated strings.
        var lines = from file in Sources.Files(["src", "samples"], ".cs")
                    from line in Sources.Lines(file)
                    where FormattedHole().IsMatch(line)
                    select (File: file, Line: line.Trim());

        Assert.NotEmpty(lines);
        Assert.Empty(lines.Where(l => !l.Line.Contains("Invariant", StringComparison.Ordinal)).Select(l => $"{l.File}: {l.Line}"));
    }

    [Fact]
    public void Every_test_method_is_a_sentence()
    {
        var methods = typeof(StyleTests).Assembly.GetTypes().SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0).ToList();

        Assert.NotEmpty(methods);
        Assert.Empty(methods.Where(m => m.Name.Count(c => c == '_') < 2).Select(m => $"{m.DeclaringType}.{m.Name}"));
    }

    // A hole with a numeric format: {seconds:0.#}.
    [GeneratedRegex("\\$\".*\\{[^{}\"]*[^:]:[0#NPFRE][^{}\"]*\\}")]
    private static partial Regex FormattedHole();

    private static bool IsNamed(string line, string word)
    {
        var at = line.IndexOf(word, StringComparison.Ordinal);
        return at >= 0
            && (at == 0 || !char.IsLetterOrDigit(line[at - 1]))
            && (at + word.Length == line.Length || !char.IsLetterOrDigit(line[at + word.Length]));
    }
}
