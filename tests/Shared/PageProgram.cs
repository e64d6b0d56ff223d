namespace Orca.Training.Tests.Shared;

/// <summary>A page's code blocks, and the program that those of C# make.</summary>
internal static class PageProgram
{
    /// <summary>The blocks of a language on a page of the repository, in their order.</summary>
    public static IReadOnlyList<string> BlocksOf(string page, string language = "csharp") =>
        [.. File.ReadAllText(Path.Combine(Repository.Folder, page)).Split($"```{language}\n").Skip(1).Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)])];

    /// <summary>One program of several blocks: all their usings, and then all their statements.</summary>
    public static string Of(IEnumerable<string> blocks)
    {
        var lines = blocks.SelectMany(b => b.Split('\n')).ToLookup(IsUsing);
        return string.Join('\n', lines[true].Distinct().Concat(lines[false]));
    }

    // Not `using var` and not `using (…)`, which are statements.
    private static bool IsUsing(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal);
}
