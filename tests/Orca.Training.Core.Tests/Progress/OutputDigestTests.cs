using System.Text;
using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Progress;

namespace Orca.Training.Tests.Progress;

public sealed class OutputDigestTests
{
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], (name, value) => $$"""{"orca":"metric","m{{name}}":{{value}}}"""),
        Gen.Select(Gen.Int[0, 9], done => $$"""{"orca":"progress","done":{{done}},"total":9}"""),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], (name, size) => $$"""{"orca":"artifact","name":"a{{name}}","size":{{size}}}"""),
        Gen.Const("Epoch 1"));

    // Timestamps as a runtime gives them to two merged streams: mostly growing, often equal, sometimes a little back.
    private static readonly Gen<OutputLine[]> AnyLines =
        Gen.Select(Gen.Int[-1, 2], Gen.Bool, AnyText).Array[0, 60].Select(steps =>
        {
            var now = 1000L;
            return steps.Select(s => new OutputLine(s.Item2 ? OutputStream.Standard : OutputStream.Error, now += s.Item1, s.Item3)).ToArray();
        });

    [Fact]
    public void The_latest_of_each_figure_is_kept()
    {
        var digest = Fold(TrainingProgress.None, Lines(
            """{"orca":"metric","loss":0.5,"epoch":1}""", """{"orca":"progress","done":1,"total":3}""", "log", """{"orca":"metric","loss":0.4}""", """{"orca":"progress","done":2,"total":3}"""));
        Assert.Equal((2, 3), (digest.Progress.Done, digest.Progress.Total));
        Assert.Equal(new Dictionary<string, double> { ["loss"] = 0.4, ["epoch"] = 1 }, digest.Progress.Metrics);
        Assert.Equal(new OutputPosition(5, 1), digest.Progress.Position);
    }

    [Fact]
    public void The_position_counts_the_lines_of_its_timestamp_and_never_goes_back()
    {
        var digest = new OutputDigest(TrainingProgress.None);
        foreach (var (timestamp, expected) in new[] { (5L, new OutputPosition(5, 1)), (5, new(5, 2)), (7, new(7, 1)), (6, new(7, 2)), (7, new(7, 3)) })
        {
            digest.Take(new OutputLine(OutputStream.Error, timestamp, "x"));
            Assert.Equal(expected, digest.Progress.Position);
        }
    }

    [Fact]
    public void Figures_and_announcements_are_news_and_log_is_not()
    {
        var digest = new OutputDigest(TrainingProgress.None);
        foreach (var (text, isNews) in new[] { ("log", false), ("""{"orca":"metric","loss":1}""", true), ("""{"orca":"metric"}""", false), ("""{"orca":"progress","done":1,"total":3}""", true), ("""{"orca":"artifact","name":"m"}""", true) })
        {
            digest.Take(new OutputLine(OutputStream.Standard, 1, text));
            Assert.Equal(isNews, digest.HasNews);
            Assert.Equal(digest.Progress, digest.TakeNews());
            Assert.False(digest.HasNews);
        }
    }

    [Fact]
    public void What_was_taken_as_news_does_not_change_afterwards()
    {
        var digest = Fold(TrainingProgress.None, Lines("""{"orca":"metric","loss":1}"""));
        var taken = digest.TakeNews();
        digest.Take(new OutputLine(OutputStream.Standard, 2, """{"orca":"metric","loss":2}"""));
        Assert.Equal((1, 2), (taken.Metrics["loss"], digest.Progress.Metrics["loss"]));
    }

    [Fact]
    public void The_last_announcement_of_a_name_wins() =>
        Assert.Equal(
            [new AnnouncedArtifact("a"), new AnnouncedArtifact("b", 2)],
            Fold(TrainingProgress.None, Lines("""{"orca":"artifact","name":"b","size":1}""", """{"orca":"artifact","name":"a"}""", """{"orca":"artifact","name":"b","size":2}""")).Progress.Announced);

    [Fact]
    public void Memory_is_bounded_however_many_names_are_printed()
    {
        var digest = new OutputDigest(TrainingProgress.None);
        for (var i = 0; i < 5000; i++)
        {
            digest.Take(new OutputLine(OutputStream.Standard, i, $$"""{"orca":"metric","m{{i}}":1,"loss":{{i}}}"""));
            digest.Take(new OutputLine(OutputStream.Standard, i, $$"""{"orca":"artifact","name":"a{{i}}"}"""));
        }

        Assert.Equal(OutputDigest.MaxMetrics, digest.Progress.Metrics.Count);
        Assert.Equal(4999, digest.Progress.Metrics["loss"]);
        Assert.Equal(OutputDigest.MaxAnnounced, digest.Progress.Announced!.Count);
        Assert.Equal(new OutputLeftOut(0, 5001 - OutputDigest.MaxMetrics, 5000 - OutputDigest.MaxAnnounced), digest.Progress.LeftOut);
    }

    [Fact]
    public void Names_are_bounded_by_their_characters_together_so_that_the_record_of_a_job_stays_small()
    {
        var digest = new OutputDigest(TrainingProgress.None);
        for (var i = 0; i < 1000; i++)
        {
            digest.Take(new OutputLine(OutputStream.Standard, i, $$"""{"orca":"metric","{{i}}{{new string('m', 120)}}":1}"""));
            digest.Take(new OutputLine(OutputStream.Standard, i, $$"""{"orca":"artifact","name":"{{i}}{{new string('a', 1000)}}"}"""));
        }

        Assert.InRange(digest.Progress.Metrics.Keys.Sum(k => k.Length), OutputDigest.MaxMetricNames - 128, OutputDigest.MaxMetricNames);
        Assert.InRange(digest.Progress.Announced!.Sum(a => a.Name.Length), OutputDigest.MaxAnnouncedNames - 1024, OutputDigest.MaxAnnouncedNames);
    }

    [Fact]
    public void A_name_that_no_name_may_be_is_counted_and_its_first_is_news()
    {
        var digest = Fold(TrainingProgress.None, Lines("""{"orca":"metric","a\u0000b":1}""", """{"orca":"artifact","name":"m\u001b[31m"}""", """{"orca":"metric","a\u0000b":1}"""));

        Assert.True(digest.HasNewNames);
        Assert.Equal(new OutputLeftOut(0, 2, 1), digest.Progress.LeftOut);
        Assert.Equal(digest.Progress.LeftOut, Fold(digest.TakeNews(), Lines("log")).Progress.LeftOut);
    }

    [Fact]
    public void To_go_on_from_what_was_recorded_gives_the_same_as_to_take_all() =>
        Gen.Select(AnyLines, Gen.Int[0, 60]).Sample((lines, cut) =>
        {
            var all = Fold(TrainingProgress.None, lines);
            var before = Fold(TrainingProgress.None, lines.Take(cut));
            var recorded = before.TakeNews();
            var after = Fold(recorded, lines.Skip(cut));

            Assert.Equal((all.Progress.Done, all.Progress.Total, all.Progress.Position), (after.Progress.Done, after.Progress.Total, after.Progress.Position));
            Assert.Equal(all.Progress.Metrics.OrderBy(m => m.Key), after.Progress.Metrics.OrderBy(m => m.Key));
            Assert.Equal(all.Progress.Announced, after.Progress.Announced);
        });

    [Fact]
    public void To_read_on_from_the_position_takes_each_line_once_when_timestamps_do_not_go_back() =>
        Gen.Select(AnyLines, Gen.Int[0, 60]).Sample((lines, cut) =>
        {
            var ordered = lines.OrderBy(l => l.Timestamp).ToArray();
            var before = Fold(TrainingProgress.None, ordered.Take(cut));
            var position = before.Progress.Position;

            // What a runtime does with a position.
            var rest = ordered.Where(l => l.Timestamp >= position.Timestamp).Skip(position.Lines);
            Assert.Equal(ordered.Skip(cut), rest);
        });

    [Fact]
    public void The_tail_keeps_the_last_lines_of_both_streams_in_order()
    {
        var digest = new OutputDigest(TrainingProgress.None);
        for (var i = 1; i <= 30; i++)
        {
            digest.Take(new OutputLine(i % 2 == 0 ? OutputStream.Standard : OutputStream.Error, i, $"line {i}"));
            digest.Take(new OutputLine(OutputStream.Standard, i, "  "));
            digest.Take(new OutputLine(OutputStream.Standard, i, """{"orca":"metric","loss":1}"""));
        }

        Assert.Equal(Enumerable.Range(11, 20).Select(i => $"line {i}"), digest.Tail);
    }

    [Fact]
    public void The_tail_shows_of_a_redrawn_line_what_a_terminal_would() =>
        Assert.Equal(["100%"], Fold(TrainingProgress.None, Lines("1%\r50%\r100%\r")).Tail);

    [Fact]
    public void The_tail_holds_odd_lines_and_no_NUL_which_databases_refuse() =>
        Assert.Equal(
            ["a\uFFFDb", "red", "\tindented", "k\uFFFDse 🐋"],
            Fold(TrainingProgress.None, Lines("a\0b", "\x1b[31mred\x1b[0m", "", "\tindented  ", "k\uFFFDse 🐋\r")).Tail);

    [Fact]
    public void The_tail_makes_no_copy_of_a_usual_line()
    {
        var text = new string('x', 100);
        Assert.Same(text, Fold(TrainingProgress.None, Lines(text)).Tail[0]);
    }

    [Fact]
    public void The_tail_stays_within_its_bytes() =>
        Gen.String[Gen.OneOf(Gen.Const('ü'), Gen.Const('a'), Gen.Const('漢')), 1, 2000].Array[1, 40].Sample(texts =>
        {
            var tail = Fold(TrainingProgress.None, Lines(texts)).Tail;
            Assert.InRange(tail.Count, 1, LogTail.MaxLines);
            Assert.InRange(tail.Sum(Encoding.UTF8.GetByteCount), 1, LogTail.MaxBytes);
            Assert.Equal(texts[^1].Length <= LogTail.MaxLineLength ? texts[^1] : texts[^1][..(LogTail.MaxLineLength - 1)] + "…", tail[^1]);
        }, iter: 100);

    [Fact]
    public void The_tail_does_not_cut_a_character_in_half()
    {
        var text = new string('a', LogTail.MaxLineLength - 2) + "😀😀";
        Assert.Equal([new string('a', LogTail.MaxLineLength - 2) + "…"], Fold(TrainingProgress.None, Lines(text)).Tail);
    }

    private static OutputDigest Fold(TrainingProgress from, IEnumerable<OutputLine> lines)
    {
        var digest = new OutputDigest(from);
        foreach (var line in lines)
        {
            digest.Take(line);
        }

        return digest;
    }

    private static IEnumerable<OutputLine> Lines(params string[] texts) => texts.Select((t, i) => new OutputLine(OutputStream.Standard, i + 1, t));
}
