namespace Orca.Training.Docs.Tests.Pages;

/// <summary>Looks up what a command on a page names: scripts and their options, benches, tests, packages.</summary>
internal static class Commands
{
    private static readonly string[] Tools = ["cp", "docker", "dotnet", "kubectl"];

    /// <summary>What in a command is not there.</summary>
    public static IEnumerable<string> Missing(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(IsVariable).ToArray();
        if (Tools.Contains(words[0]))
        {
            return words.Select(w => w.Split('@')[0])
                .Where(w => w.StartsWith("Orca.Training.", StringComparison.Ordinal) && !Packages.Any(f => Directory.Exists(Path.Combine(Repository.Folder, f, w))))
                .Select(w => $"no package {w}: {command}");
        }

        var script = Path.Combine(Repository.Folder, words[0]);
        if (!File.Exists(script))
        {
            return [$"no script and none of the tools that pages may name: {command}"];
        }

        var text = File.ReadAllText(script) + (words[0] == "./bench.sh" ? Benches : "");
        var missing = words.Skip(1).Where(w => w.StartsWith("--", StringComparison.Ordinal) && !text.Contains(w.Trim('[', ']'), StringComparison.Ordinal));

        // Words in capitals stand for something that the reader gives.
        var names = words.Skip(1).Where(w => w.Any(char.IsAsciiLetterLower) && w[0] is not ('-' or '['));
        missing = missing.Concat(words[0] switch
        {
            "./bench.sh" => names.Where(n => !Benches.Contains($"[\"{n}\"]", StringComparison.Ordinal)),
            "./test.sh" => names.Where(n => n != "python" && !Tests.Any(t => t.Contains(n, StringComparison.Ordinal))),
            _ => [],
        });
        return missing.Select(w => $"{words[0]} knows no {w}: {command}");
    }

    // Where packages are made.
    private static readonly string[] Packages = ["src", "templates"];

    private static string Benches { get; } = File.ReadAllText(Path.Combine(Repository.Folder, "bench", "Orca.Training.Bench", "Program.cs"));

    private static IEnumerable<string> Tests =>
        Directory.EnumerateFiles(Path.Combine(Repository.Folder, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);

    private static bool IsVariable(string word) => word.Contains('=', StringComparison.Ordinal) && char.IsAsciiLetterUpper(word[0]);
}
