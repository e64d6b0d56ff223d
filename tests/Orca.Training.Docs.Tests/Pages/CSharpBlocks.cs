using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>
/// Compiles a page's blocks of C#, in their order, as programs of a web host that has every package. A block that compiles by itself
/// begins a program; any other has to compile as the next lines of the program that was begun before it. Where the page says in which file a
/// block goes, that file has to compile with it.
/// </summary>
internal sealed class CSharpBlocks
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

    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Page",
        [CSharpSyntaxTree.ParseText(Implicit)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(p => MetadataReference.CreateFromFile(p)),
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

    // What the template of a test project imports besides; tests are no program.
    private static readonly CSharpCompilation EmptyTest =
        Empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText("global using Xunit;")).WithOptions(Empty.Options.WithOutputKind(OutputKind.DynamicallyLinkedLibrary));

    private readonly Dictionary<string, string> _files = [];
    private string _program = "";

    /// <summary>What is wrong with the next block; of a block that cannot stand alone, what is wrong with it in its program.</summary>
    public IReadOnlyList<string> ErrorsOfNext(string block, string before = "")
    {
        if (CodePlace.Of(before) is { } place)
        {
            return ErrorsOf(_files[place.File] = place.Put(_files.GetValueOrDefault(place.File, ""), block));
        }

        var alone = ErrorsOf(block);
        if (alone.Count == 0 || _program.Length == 0)
        {
            _program = block;
            return alone;
        }

        _program = PageProgram.Of([_program, block]);
        return ErrorsOf(_program);
    }

    private static List<string> ErrorsOf(string program) =>
    [
        .. (program.Contains("[Fact]", StringComparison.Ordinal) ? EmptyTest : Empty).AddSyntaxTrees(CSharpSyntaxTree.ParseText(program)).GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error || (d.Severity == DiagnosticSeverity.Warning && d.Id.StartsWith("CS86", StringComparison.Ordinal)))
            .Select(d => d.ToString()),
    ];
}
