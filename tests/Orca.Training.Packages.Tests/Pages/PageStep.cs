using System.Text;
using System.Text.RegularExpressions;

namespace Orca.Training.Packages.Tests.Pages;

/// <summary>What a page has its reader do next: a command to run, or a block of code to put somewhere.</summary>
/// <param name="Command">The command; null for a block.</param>
/// <param name="Code">The block; null for a command.</param>
/// <param name="Where">The sentence before the block.</param>
internal sealed partial record PageStep(string? Command, string? Code = null, string Where = "")
{
    /// <summary>All steps of a page, in its order. Blocks of other languages than C# are none.</summary>
    public static IReadOnlyList<PageStep> AllOf(string page)
    {
        var steps = new List<PageStep>();
        StringBuilder? code = null;
        var language = "";
        var where = "";
        foreach (var line in File.ReadLines(Path.Combine(Repository.Folder, page)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                if (code is null)
                {
                    (code, language) = (new StringBuilder(), line[3..]);
                    continue;
                }

                if (language == "csharp")
                {
                    steps.Add(new PageStep(null, code.ToString(), where));
                }

                code = null;
            }
            else if (code is not null)
            {
                code.Append(line).Append('\n');
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                steps.Add(new PageStep(Comment().Replace(line, "").Trim()));
            }
            else if (line.Length > 0)
            {
                where = line;
            }
        }

        return steps;
    }

    [GeneratedRegex(" +#.*$")]
    private static partial Regex Comment();
}
