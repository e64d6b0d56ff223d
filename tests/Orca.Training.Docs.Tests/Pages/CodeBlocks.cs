using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using YamlDotNet.RepresentationModel;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>Checks a page's fenced blocks, in their order, each by its language.</summary>
internal sealed class CodeBlocks
{
    private static readonly string[] Instructions = ["FROM", "RUN", "ENV", "COPY", "USER", "ENTRYPOINT", "CMD", "WORKDIR"];

    private readonly CSharpBlocks _csharp = new();

    /// <summary>What is wrong with the next block.</summary>
    /// <param name="language">Its language.</param>
    /// <param name="text">The block.</param>
    /// <param name="before">The line before it, which may say where it goes.</param>
    public async Task<IEnumerable<string>> ErrorsOfNextAsync(string language, string text, string before = "") => language switch
    {
        "csharp" => _csharp.ErrorsOfNext(text, before),
        "json" => ErrorsOfSettings(text),
        "yaml" => ErrorsOfManifest(text),
        "python" => await ErrorsOfProgramAsync("python3", "-c", "import ast, sys; ast.parse(sys.argv[1])", text),
        "sh" => await ErrorsOfProgramAsync("sh", "-n", "-c", text),
        "dockerfile" => text.TrimEnd().Split('\n').Where(l => !Instructions.Contains(l.Split(' ')[0])),
        // Run as it stands, but for its names, by the test of the page that has it.
        "nginx" => [],
        "text" => [],
        _ => [$"Nothing checks a block of '{language}': give it a language that is checked here, or a checker."],
    };

    // JSON is a host's settings: each key has to mean something, and each value to fit.
    private static IEnumerable<string> ErrorsOfSettings(string text)
    {
        try
        {
            return ConfigurationTests.Unknown(b => b.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))), isChecked: true);
        }
        catch (Exception e) when (e is JsonException or FormatException or OptionsValidationException)
        {
            return [e.Message];
        }
    }

    // YAML is objects of Kubernetes; that a cluster takes them, the tests of that package show.
    private static IEnumerable<string> ErrorsOfManifest(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Select(d => d.RootNode).Where(n => n is not YamlMappingNode m || !m.Children.ContainsKey("kind") || !m.Children.ContainsKey("apiVersion"))
                .Select(n => $"No object of Kubernetes, which has a kind and an apiVersion: {n}");
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            return [e.Message];
        }
    }

    private static async Task<IEnumerable<string>> ErrorsOfProgramAsync(string program, params string[] arguments)
    {
        try
        {
            await Repository.RunAsync(program, arguments, Repository.Folder, engine: null, TestContext.Current.CancellationToken);
            return [];
        }
        catch (InvalidOperationException e)
        {
            return [e.Message];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"There is no {program} here to read what the page shows.");
            throw;
        }
    }
}
