using Orca.Training.Docs.Tests;

namespace Orca.Training.EndToEnd.Tests.Exits;

/// <summary>The page for data scientists has the same rows.</summary>
public sealed class ExitMatrixPageTests
{
    [Fact]
    public void The_page_s_table_is_the_matrix() => GeneratedFile.CheckPart(
        "docs/outcomes.md",
        "causes",
        "| cause | outcome | it says |\n| --- | --- | --- |\n"
            + string.Concat(Causes.All.Select(c => $"| {c.Name} | {c.Outcome}{(c.Or is { } or ? $" or {or}" : "")} | {c.Says.ReplaceLineEndings(" ")} |\n")));
}
