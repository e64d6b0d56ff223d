using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Progress;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Progress;

/// <summary>Lines of an output whose names are not read again say the same as each by itself.</summary>
public sealed class KnownNamesTests
{
    [Fact]
    public void Lines_with_the_same_names_share_them()
    {
        var known = new KnownNames();
        var first = Read("""{"orca":"metric","step":1,"loss":0.5}""", known);
        var other = Read("""{"orca":"metric","step":1,"val":0.5}""", known);
        var second = Read("""{"step":2,"orca":"metric","loss":0.25}""", known);

        Assert.Same(first.Names, second.Names);
        Assert.NotSame(first.Names, other.Names);
        Assert.Equal([new("step", 2), new("loss", 0.25)], second);
    }

    [Fact]
    public void Whatever_was_printed_before_a_line_says_what_it_says_by_itself() => Gen.Int.Fuzzed(seed =>
    {
        var random = new Random(seed);
        var known = new KnownNames();
        var digest = new OutputDigest(TrainingProgress.None);
        var latest = new Dictionary<string, double>(StringComparer.Ordinal);
        var positions = 0;
        for (var i = 0; i < 30; i++)
        {
            var text = Line(random);
            var line = new OutputLine(OutputStream.Standard, ++positions, text);
            var (alone, after) = (OutputParser.Parse(line), OutputParser.Parse(line, known));
            Assert.Equal(alone.GetType(), after.GetType());
            digest.Take(line, after);
            if (alone is OutputEvent.Metric expected && after is OutputEvent.Metric actual)
            {
                Assert.Equal(expected.Values.ToList(), actual.Values.ToList());
                Assert.Equal(expected.LeftOut, actual.LeftOut);
                foreach (var (name, value) in expected.Values)
                {
                    latest[name] = value;
                }
            }

            if (random.Next(4) == 0)
            {
                Assert.Equal(latest.Where(m => digest.Progress.Metrics.ContainsKey(m.Key)).OrderBy(m => m.Key, StringComparer.Ordinal), digest.Progress.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal));
            }
        }

        Assert.Equal(latest.OrderBy(m => m.Key, StringComparer.Ordinal), digest.Progress.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal));
    });

    private static string Line(Random random)
    {
        string[] names = ["step", "loss", "lr", "val", "\\u0076al", "", "a\\u0001b", "orca", "é", "\\u00e9"];
        var fields = Enumerable.Range(0, random.Next(6)).Select(_ => $"\"{names[random.Next(names.Length)]}\":{(random.Next(8) == 0 ? "\"text\"" : random.Next(100))}");
        return $$"""{"orca":"metric"{{string.Concat(fields.Select(f => "," + f))}}}""";
    }

    private static MetricValues Read(string text, KnownNames known) =>
        Assert.IsType<OutputEvent.Metric>(OutputParser.Parse(new OutputLine(OutputStream.Standard, 1, text), known)).Values;
}
