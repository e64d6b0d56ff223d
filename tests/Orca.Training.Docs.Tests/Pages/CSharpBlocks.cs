using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>Compiles a page's blocks of C# as the programs of a web host that has every package.</summary>
internal static class CSharpBlocks
{
    // What the Web SDK imports by itself.
    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(p => MetadataReference.CreateFromFile(p))];

    /// <summary>What is wrong with the last block: by itself, or else as the end of a program that begins with the blocks before it.</summary>
    public static IReadOnlyList<string> Errors(IReadOnlyList<string> blocks)
    {
        var alone = ErrorsOf(blocks[^1]);
        return alone.Count == 0 || blocks.Count == 1 || ErrorsOf(InOne(blocks)) is not { Count: 0 } ? alone : [];
    }

    private static string InOne(IReadOnlyList<string> blocks)
    {
        var lines = blocks.SelectMany(b => b.Split('\n')).ToLookup(IsUsing);
        return string.Join('\n', lines[true].Distinct().Concat(lines[false]));
    }

    private static bool IsUsing(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal);

    private static List<string> ErrorsOf(string program) =>
    [
        .. CSharpCompilation.Create(
                "Page",
                [CSharpSyntaxTree.ParseText(Implicit), CSharpSyntaxTree.ParseText(program)],
                References,
                new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable))
            .GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error)
            .Select(d => d.ToString()),
    ];
}
