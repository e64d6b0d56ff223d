using Orca.Training.Files;
using Orca.Training.Text;

namespace Orca.Training.Tests.Text;

/// <summary>What names may have, and how the rest is shown.</summary>
public sealed class AlphabetTests
{
    [Theory]
    [InlineData("loss")]
    [InlineData("val loss (%) \"quoted\" $.a[0] 'x' \\ {y}")]
    [InlineData("Verlust/ä€-😀")]
    [InlineData("\u200Dzwj")]
    public void A_name_may_have_whatever_can_be_seen(string name)
    {
        Assert.True(Alphabet.IsName(name, 128));
        Assert.Equal(name, HarmlessText.Line(name));
    }

    [Theory]
    [InlineData("a\0b", 1)]
    [InlineData("\x1b[31mred", 0)]
    [InlineData("a\tb", 1)]
    [InlineData("a\r", 1)]
    [InlineData("\x7f", 0)]
    [InlineData("a\u0085", 1)]
    [InlineData("\u009b31m", 0)]
    [InlineData("ab\u2028", 2)]
    [InlineData("\u202Egpj.exe", 0)]
    [InlineData("\u2066x", 0)]
    [InlineData("😀\u200F", 2)]
    public void It_has_nothing_that_acts_where_it_is_shown(string name, int at)
    {
        Assert.Equal(at, Alphabet.IndexOfHarmful(name));
        Assert.False(Alphabet.IsName(name, 128));
    }

    [Fact]
    public void It_has_no_half_of_a_character()
    {
        // As arguments of a theory they would not survive their way through the runner.
        foreach (var name in new[] { "a\uD83D", "\uDE00a", "\uDE00\uD83D", "😀\uD83D" })
        {
            Assert.False(Alphabet.IsName(name, 128));
            Assert.False(Alphabet.IsStorable(name));
            Assert.Contains('\uFFFD', HarmlessText.Line(name));
        }
    }

    [Fact]
    public void It_is_not_empty_and_not_too_long()
    {
        Assert.False(Alphabet.IsName("", 3));
        Assert.False(Alphabet.IsName(null, 3));
        Assert.False(Alphabet.IsName("four", 3));
        Assert.True(Alphabet.IsName("thr", 3));
    }

    [Theory]
    [InlineData("two\nlines\tand \x1b[1mmore\r\n", true)]
    [InlineData("😀", true)]
    [InlineData("nul\0", false)]
    public void Every_store_holds_a_text_without_NUL(string text, bool isStorable) => Assert.Equal(isStorable, Alphabet.IsStorable(text));

    [Theory]
    [InlineData("\x1b[1;31mError\x1b[0m: no room", "Error: no room")]
    [InlineData("\x1b]52;c;cm0gLXJm\a", "\uFFFD]52;c;cm0gLXJm\uFFFD")]
    [InlineData("\x1b[31", "\uFFFD[31")]
    [InlineData("\x1b", "\uFFFD")]
    [InlineData("\x1b[\x1b[0m", "\uFFFD[")]
    [InlineData("model\u202Egpj.exe", "model\uFFFDgpj.exe")]
    [InlineData("a\0b\u009bc\tä😀", "a\uFFFDb\uFFFDc\tä😀")]
    public void What_a_terminal_would_act_on_does_nothing_where_it_is_shown(string text, string shown)
    {
        Assert.Equal(shown, HarmlessText.Line(text));
        Assert.Equal(shown, HarmlessText.Lines(text));
    }

    [Fact]
    public void A_text_of_several_lines_keeps_them_and_a_line_has_none()
    {
        Assert.Equal("one\ntwo\n\uFFFDthree", HarmlessText.Lines("one\r\ntwo\n\rthree"));
        Assert.Equal("one\uFFFD\uFFFDtwo", HarmlessText.Line("one\r\ntwo"));
    }

    [Fact]
    public void What_is_shown_is_never_harmful()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(4) switch
            {
                0 => "\x1b[",
                1 => ((char)random.Next(0x20)).ToString(),
                2 => ((char)random.Next(0x10000)).ToString(),
                _ => "m1;",
            }));

            Assert.True(Alphabet.IndexOfHarmful(HarmlessText.Line(text).Replace("\t", "", StringComparison.Ordinal)) < 0, $"{text.Length} characters: {string.Join(' ', text.Select(c => (int)c))}");
        }
    }

    [Fact]
    public void A_quoted_text_is_short_and_cuts_no_character_in_two()
    {
        Assert.Equal("'a\uFFFDb'", PlainName.Quoted("a\nb"));
        Assert.Equal($"'{new string('a', 80)}…'", PlainName.Quoted(new string('a', 200)));
        Assert.Equal($"'{new string('a', 79)}…'", PlainName.Quoted(new string('a', 79) + "😀😀"));
    }
}
