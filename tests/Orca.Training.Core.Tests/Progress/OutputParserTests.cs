using System.Text.Json;
using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Progress;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Progress;

public sealed class OutputParserTests
{
    private static readonly string Sha = new('a', 64);

    private static readonly Gen<string> AnyMember = Gen.Select(
        AnyOf("orca", "orca", "loss", "l\\u006fss", "step", "", new string('n', 129), "ü", "\ud800"),
        AnyOf("\"metric\"", "\"metric\"", "\"m\\u0065tric\"", "\"progress\"", "1", "-2.5e3", "1e999", "01", "true", "null", "NaN", "-Infinity", "\"NaN\"", "[1,{\"orca\":1}]", "{\"loss\":2}"),
        (name, value) => $"\"{name}\":{value}");

    [Theory]
    [InlineData("""{"orca":"metric","step":3,"epoch":3,"loss":0.41,"accuracy":0.87}""", "step=3 epoch=3 loss=0.41 accuracy=0.87")]
    [InlineData("""{ "loss" : -1e-3 , "orca" : "metric" }  """, "loss=-0.001")]
    [InlineData("""{"orca":"metric","loss":1,"loss":2}""", "loss=2")]
    [InlineData("""{"orca":"metric","run":"x","ok":true,"none":null,"list":[1],"nested":{"a":1},"":1,"loss":1}""", "loss=1")]
    [InlineData("""{"orca":"metric","big":1e999,"loss":1}""", "loss=1")]
    [InlineData("""{"orca":"metric","loss":NaN,"max":Infinity,"min":-Infinity,"step":7}""", "step=7")]
    [InlineData("""{"orca":"metric","note":"NaN \" Infinity","loss":NaN,"step":7}""", "step=7")]
    [InlineData("""{"orca":"metric"}""", "")]
    public void A_metric_line_gives_its_finite_numbers(string text, string expected)
    {
        var metric = Assert.IsType<OutputEvent.Metric>(Parse(text));
        Assert.Equal(expected, string.Join(' ', metric.Values.Select(v => FormattableString.Invariant($"{v.Key}={v.Value}"))));
    }

    [Theory]
    [InlineData("""{"orca":"progress","done":3,"total":20}""", 3, 20)]
    [InlineData("""{"orca":"progress","total":0.5,"done":0,"unit":"epochs"}""", 0, 0.5)]
    [InlineData("""{"orca":"progress","done":21,"total":20}""", 21, 20)]
    public void A_progress_line_gives_done_and_total(string text, double done, double total) =>
        Assert.Equal(new OutputEvent.Progress(done, total), Parse(text));

    [Fact]
    public void An_artifact_line_gives_name_size_and_hash()
    {
        Assert.Equal(Artifact("model.pt"), Parse("""{"orca":"artifact","name":"model.pt"}"""));
        Assert.Equal(Artifact("model.pt"), Parse("""{"orca":"artifact","name":"model.pt","size":null,"sha256":null}"""));
        Assert.Equal(Artifact("m/ü", 0, Sha), Parse($$"""{"orca":"artifact","name":"m/\u00fc","size":0,"sha256":"{{Sha.ToUpperInvariant()}}"}"""));

        static OutputEvent Artifact(string name, long? size = null, string? hash = null) => new OutputEvent.Artifact(new AnnouncedArtifact(name, size, hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Epoch 1")]
    [InlineData("{")]
    [InlineData("""{"orca":"metric","loss":1""")]
    [InlineData("""{"orca":"metric","loss":1}}""")]
    [InlineData("""{"orca":"metric","loss":NaNa,"x":"NaN"}""")]
    [InlineData("""{"orca":"metric","loss":01}""")]
    [InlineData("""{"orca":"other","loss":1}""")]
    [InlineData("""{"orca":1,"loss":1}""")]
    [InlineData("""{"a":"orca","x":{"orca":"metric"}}""")]
    [InlineData("""[{"orca":"metric","loss":1}]""")]
    [InlineData("""{"orca":"metric","a":"\ud800","\ud800":1}""")]
    [InlineData("""{"orca":"\ud800"}""")]
    [InlineData("""{"orca":"metric","deep":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}""")]
    [InlineData("""{"orca":"progress","done":-1,"total":20}""")]
    [InlineData("""{"orca":"progress","done":1,"total":0}""")]
    [InlineData("""{"orca":"progress","done":"1","total":2}""")]
    [InlineData("""{"orca":"progress","done":1}""")]
    [InlineData("""{"orca":"progress","done":1,"total":1e999}""")]
    [InlineData("""{"orca":"artifact"}""")]
    [InlineData("""{"orca":"artifact","name":""}""")]
    [InlineData("""{"orca":"artifact","name":7}""")]
    [InlineData("""{"orca":"artifact","name":"\udc00"}""")]
    [InlineData("""{"orca":"artifact","name":"m","size":-1}""")]
    [InlineData("""{"orca":"artifact","name":"m","size":1.5}""")]
    [InlineData("""{"orca":"artifact","name":"m","size":"1"}""")]
    [InlineData("""{"orca":"artifact","name":"m","sha256":"abc"}""")]
    public void Everything_else_is_log(string text) => Assert.Same(OutputEvent.Text, Parse(text));

    [Theory]
    [InlineData("\r{\"orca\":\"metric\",\"loss\":1}")]
    [InlineData(" {\"orca\":\"metric\",\"loss\":1}")]
    [InlineData("Epoch 1/2: 100%|█████| 8/8 [00:01<00:00]{\"orca\": \"metric\", \"loss\": 1}")]
    [InlineData("\rstep 7 {x} \x1b[K\r{\"orca\":\"metric\",\"loss\":1}\r")]
    [InlineData("{\"a\":1} {\"orca\":\"metric\",\"loss\":1}")]
    [InlineData("bar {\"orca\":\"metric\",\"loss\":2} bar {\"orca\":\"metric\",\"loss\":1}")]
    public void An_object_at_the_end_of_a_line_is_found_whatever_was_printed_before_it(string text) =>
        Assert.Equal(1, Assert.IsType<OutputEvent.Metric>(Parse(text)).Values["loss"]);

    [Theory]
    [InlineData("bar {\"orca\":\"metric\",\"loss\":1} bar")]
    [InlineData("say \"{\"orca\":\"metric\",\"loss\":1}\"")]
    [InlineData("bar {\"loss\":1,\"orca\":\"metric\"}")]
    [InlineData("{\"x\":{\"orca\":\"metric\",\"loss\":1}}")]
    [InlineData("bar [{\"orca\":\"metric\",\"loss\":1}]")]
    public void What_is_not_plainly_an_object_at_the_end_is_log(string text) => Assert.Same(OutputEvent.Text, Parse(text));

    [Theory]
    [InlineData("a\\u0000b")]
    [InlineData("\\u001b[31mred")]
    [InlineData("\u202Eloss")]
    [InlineData("a\\tb")]
    [InlineData("a\\n")]
    public void A_value_whose_name_no_name_may_be_is_left_out_and_counted_and_the_others_of_its_line_stay(string name)
    {
        var metric = Assert.IsType<OutputEvent.Metric>(Parse($"{{\"orca\":\"metric\",\"loss\":0.1,\"{name}\":1}}"));

        Assert.Equal((1, 0.1, 1), (metric.Values.Count, metric.Values["loss"], metric.LeftOut));
        Assert.Same(OutputEvent.NoArtifact, Parse($"{{\"orca\":\"artifact\",\"name\":\"{name}\"}}"));
    }

    [Fact]
    public void No_line_is_an_error_and_no_name_that_comes_out_is_one_that_no_store_could_hold() => Gen.Select(AnyOf("{\"orca\":\"metric\",", "x\r{\"orca\":\"artifact\",\"name\":", "{\"orca\":\"progress\","), Gen.String, AnyOf("\":1}", "\"}", "}"))
        .Fuzzed(parts =>
        {
            var says = Parse($"{parts.Item1}\"{parts.Item2}{parts.Item3}");

            var names = says is OutputEvent.Metric metric ? metric.Values.Keys : says is OutputEvent.Artifact artifact ? [artifact.Announced.Name] : [];
            Assert.All(names, name => Assert.True(Orca.Training.Text.Alphabet.IndexOfHarmful(name) < 0));
        });

    [Fact]
    public void Half_a_character_in_a_line_makes_it_log() =>
        Assert.Same(OutputEvent.Text, Parse("{\"orca\":\"metric\",\"\ud800\":1}"));

    [Fact]
    public void Standard_error_is_log() =>
        Assert.Same(OutputEvent.Text, OutputParser.Parse(new OutputLine(OutputStream.Error, 1, """{"orca":"metric","loss":1}""")));

    [Fact]
    public void A_line_over_64_KiB_is_log()
    {
        var head = """{"orca":"metric","loss":1,"pad":" """;
        Assert.IsType<OutputEvent.Metric>(Parse(head + new string(' ', OutputParser.MaxLineLength - head.Length - 2) + "\"}"));
        Assert.Same(OutputEvent.Text, Parse(head + new string(' ', OutputParser.MaxLineLength - head.Length - 1) + "\"}"));
    }

    [Fact]
    public void Of_too_many_metrics_the_first_are_kept_and_of_too_long_names_none()
    {
        var many = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"m{i}\":{i}"));
        var metric = Assert.IsType<OutputEvent.Metric>(Parse($$"""{"orca":"metric","{{new string('n', 129)}}":1,{{many}}}"""));
        Assert.Equal(Enumerable.Range(0, 256).Select(i => $"m{i}"), metric.Values.Keys);
        metric = Assert.IsType<OutputEvent.Metric>(Parse($$"""{"orca":"metric","{{new string('n', 128)}}":1}"""));
        Assert.Single(metric.Values);
    }

    [Fact]
    public void A_metric_line_says_what_a_document_of_it_says() => Gen.Select(AnyMember.Array[0, 8], AnyOf("{", "{", "{", "", "{{"), AnyOf("}", "}", "}", "", "}}", "} ", "} x"))
        .Sample((members, open, close) =>
        {
            var text = open + string.Join(',', members) + close;

            Assert.Equal(ByDocument(text), Parse(text) is OutputEvent.Metric metric ? string.Join(' ', metric.Values.Select(v => $"{v.Key}={v.Value:R}")) : null);
        });

    /// <summary>The contract, with the framework's document and dictionary.</summary>
    private static string? ByDocument(string text)
    {
        if (!text.StartsWith('{'))
        {
            return null;
        }

        if (text.StartsWith("{{\"orca\"", StringComparison.Ordinal))
        {
            // An object at the end of a line that begins with something else.
            return ByDocument(text[1..]);
        }

        try
        {
            using var json = JsonDocument.Parse(NonFinite.AsNull(text));
            var values = new Dictionary<string, double>();
            var kind = json.RootElement.EnumerateObject().LastOrDefault(p => p.NameEquals("orca"));
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind is JsonValueKind.Number && double.IsFinite(member.Value.GetDouble()) && member.Name is { Length: > 0 and <= 128 } and not "orca")
                {
                    values[member.Name] = member.Value.GetDouble();
                }
            }

            return kind.Value.ValueKind is JsonValueKind.String && kind.Value.ValueEquals("metric") ? string.Join(' ', values.Select(v => $"{v.Key}={v.Value:R}")) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static OutputEvent Parse(string text) => OutputParser.Parse(new OutputLine(OutputStream.Standard, 1, text));
}
