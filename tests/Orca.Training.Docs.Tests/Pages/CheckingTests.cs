namespace Orca.Training.Docs.Tests.Pages;

/// <summary>What is wrong on a page is found.</summary>
public sealed class CheckingTests
{
    [Theory]
    [InlineData("csharp", "services.AddOrcaTraining();")]
    [InlineData("csharp", "string s = null;")]
    [InlineData("json", """{ "OrcaTraining": { "StopGrase": "00:00:10" } }""")]
    [InlineData("json", """{ "OrcaTraining": { "StopGrace": "soon" } }""")]
    [InlineData("json", """{ "OrcaTraining": """)]
    [InlineData("yaml", "apiVersion: v1\n")]
    [InlineData("yaml", "a: [")]
    [InlineData("python", "def f(:")]
    [InlineData("sh", "while true; do")]
    [InlineData("dockerfile", "FORM debian")]
    [InlineData("haskell", "main = pure ()")]
    [InlineData("", "no language")]
    public async Task A_block_that_is_wrong(string language, string text) => Assert.NotEmpty(await new CodeBlocks().ErrorsOfNextAsync(language, text));

    [Fact]
    public void A_block_leans_on_those_before_it_up_to_the_last_that_stands_alone()
    {
        var blocks = new CSharpBlocks();

        Assert.Empty(blocks.ErrorsOfNext("var a = 1;"));
        Assert.Empty(blocks.ErrorsOfNext("var b = a;"));
        Assert.Empty(blocks.ErrorsOfNext("using System.Text;\nConsole.WriteLine(new StringBuilder().Append(b));"));
        Assert.Empty(blocks.ErrorsOfNext("var c = 2;"));
        Assert.NotEmpty(blocks.ErrorsOfNext("var d = a;"));
    }

    [Theory]
    [InlineData("```csharp\nvar a = 1;")]
    [InlineData("  ```csharp\n  var a = 1;\n  ```")]
    [InlineData("```C#\nvar a = 1;\n```")]
    [InlineData("~~~\nvar a = 1;\n~~~")]
    public void A_fence_that_no_check_would_see(string text) => Assert.NotEmpty(new Page("page.md", text).StrayFences);

    [Theory]
    [InlineData("    ./demonstrate.sh")]
    [InlineData("Run `./bench.sh pipelines`.")]
    [InlineData("    ./bench.sh --all")]
    [InlineData("    ORCA_SEEDS=1 ./test.sh No_" + "such_test")]
    [InlineData("Run `eng/no-such.sh`.")]
    [InlineData("    dotnet add package Orca.Training.Podman")]
    [InlineData("    ./demo.sh --train FILE.csv \\\n        --steps 3")]
    [InlineData("    make all")]
    public void A_command_that_names_what_is_not_there(string text) => Assert.NotEmpty(new Page("page.md", text).Commands.SelectMany(Commands.Missing));
}
