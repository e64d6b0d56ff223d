using System.Text;
using Microsoft.Extensions.Configuration;
using YamlDotNet.RepresentationModel;

namespace Orca.Training.Docs.Tests.Pages;

/// <summary>What pages show is compiled, read by a host, or looked up: a page can't grow old unseen.</summary>
public sealed class PageTests
{
    private static readonly string[] Instructions = ["FROM", "RUN", "ENV", "COPY", "USER", "ENTRYPOINT", "CMD", "WORKDIR"];

    public static TheoryData<string> Pages => [.. Page.All.Select(p => p.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_code_block_is_right(string page)
    {
        var program = new List<string>();
        foreach (var (language, text) in Of(page).Blocks)
        {
            if (language == "csharp")
            {
                program.Add(text);
            }

            Assert.Empty(language switch
            {
                "csharp" => CSharpBlocks.Errors(program),
                "json" => ConfigurationTests.Unknown(b => b.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text)))),
                "yaml" => KindsIn(text).Count > 0 ? [] : [$"no object of Kubernetes: {text}"],
                "python" => await PythonErrorsAsync(text),
                "dockerfile" => text.TrimEnd().Split('\n').Where(l => !Instructions.Contains(l.Split(' ')[0])),
                "text" => [],
                _ => [$"Nothing checks a block of '{language}': give it a language that is checked here, or a checker."],
            });
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_is_there(string page) =>
        Assert.All(Of(page).Commands, c => Assert.True(File.Exists(Path.Combine(Repository.Folder, c.Split(' ')[0])), c));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_bench_that_is_named_exists(string page)
    {
        var known = File.ReadAllText(Path.Combine(Repository.Folder, "bench", "Orca.Training.Bench", "Program.cs"));
        var named = Of(page).Commands.Where(c => c.StartsWith("./bench.sh ", StringComparison.Ordinal))
            .SelectMany(c => c.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
            .Where(n => n is not ['-', ..] && n.Any(char.IsAsciiLetterLower));

        Assert.All(named, n => Assert.Contains($"[\"{n}\"]", known, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page) => Assert.All(Of(page).Links, l => Assert.True(Leads(page, l), l));

    [Fact]
    public void The_table_of_outcomes_has_every_code()
    {
        var codes = typeof(Jobs.OutcomeCode).GetFields().Where(f => f is { IsStatic: true, IsPublic: true }).Select(f => f.Name);
        var rows = File.ReadAllLines(Path.Combine(Repository.Folder, "docs", "concepts.md")).SkipWhile(l => !l.StartsWith("<!-- outcomes", StringComparison.Ordinal))
            .Skip(3).TakeWhile(l => l.StartsWith('|')).Select(l => l.Split('|')[1].Trim());

        Assert.Equal(codes, rows);
    }

    private static List<YamlNode> KindsIn(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(d => d.RootNode["kind"])];
    }

    private static Page Of(string path) => Page.All.Single(p => p.Path == path);

    private static bool Leads(string page, string link)
    {
        var (file, anchor) = link.Split('#') is [var f, var a] ? (f, a) : (link, null);
        var target = file.Length == 0 ? page : Path.GetRelativePath(Repository.Folder, Path.GetFullPath(Path.Combine(Repository.Folder, Path.GetDirectoryName(page)!, file)));
        return Path.Exists(Path.Combine(Repository.Folder, target))
            && (anchor is null || Page.All.SingleOrDefault(p => p.Path == target)?.Anchors.Contains(anchor) is true);
    }

    private static async Task<IEnumerable<string>> PythonErrorsAsync(string text)
    {
        try
        {
            await Repository.RunAsync("python3", ["-c", "import ast, sys; ast.parse(sys.argv[1])", text], Repository.Folder, engine: null, TestContext.Current.CancellationToken);
            return [];
        }
        catch (InvalidOperationException e)
        {
            return [e.Message];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no python3 here to read the page's Python.");
            throw;
        }
    }
}
