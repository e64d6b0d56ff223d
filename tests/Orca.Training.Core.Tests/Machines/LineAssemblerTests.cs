using System.Text;
using CsCheck;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Machines;

/// <summary>What is a line of a container's output, for every runtime.</summary>
public sealed class LineAssemblerTests
{
    private static readonly Gen<string> AnyOutput = Gen.Int[0, 5].Select(i => new[] { "\n", "\r", "a", "bc", "ä", " " }[i]).Array[0, 40].Select(string.Concat);

    [Theory]
    [InlineData("one\ntwo\n", new[] { "one", "two" })]
    [InlineData("one\ntwo", new[] { "one", "two" })]
    [InlineData("\n\n", new[] { "", "" })]
    [InlineData("one\r\ntwo\r\r\n\r\n", new[] { "one", "two", "" })]
    [InlineData("10%\r20%\r30%\n", new[] { "30%" })]
    [InlineData("\r10%\r20%\r", new[] { "20%" })]
    [InlineData("10%\r   \rdone\n", new[] { "done" })]
    [InlineData("half a bar\r", new[] { "half a bar" })]
    [InlineData("a\0b\n\x1b[31mred\x1b[0m\tx\n", new[] { "a\0b", "\x1b[31mred\x1b[0m\tx" })]
    [InlineData("", new string[0])]
    public void What_a_terminal_shows_last_of_each_line_stays(string output, string[] lines)
    {
        foreach (var size in new[] { 1, 2, 100 })
        {
            Assert.Equal(lines, Assemble(Encoding.UTF8.GetBytes(output), size));
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_are_replaced() =>
        Assert.Equal(["a\uFFFDb", "\uFFFD", "ä"], Assemble([.. "a"u8, 0xFF, .. "b\n"u8, 0xC3, .. "\n"u8, .. "ä\n"u8], 1));

    [Fact]
    public void Any_chunking_gives_the_lines_of_the_whole() =>
        Gen.Select(AnyOutput, Gen.Int[1, 9]).Sample((output, size) =>
        {
            var bytes = Encoding.UTF8.GetBytes(output);
            var expected = output.Split('\n').Select(Visible).ToList();
            if (expected[^1].Length == 0)
            {
                expected.RemoveAt(expected.Count - 1);
            }

            Assert.Equal(expected, Assemble(bytes, size));
        });

    [Fact]
    public void A_line_of_many_megabytes_comes_in_parts_and_costs_no_more_memory_than_one()
    {
        var piece = Encoding.UTF8.GetBytes(new string('x', 10_000));
        var assembler = new LineAssembler(OutputStream.Standard);
        var lines = new List<OutputLine>();
        var (parts, longest) = (0, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            assembler.Append(piece, i, lines);
            (parts, longest) = (parts + lines.Count, lines.Select(l => l.Text.Length).DefaultIfEmpty().Max() is var length && length > longest ? length : longest);
            lines.Clear();
        }

        assembler.Append("\n"u8, 1000, lines);
        Assert.Equal((152, LineAssembler.LongestLine), (parts, longest));
        Assert.Equal(10_000_000 - (152 * LineAssembler.LongestLine), Assert.Single(lines).Text.Length);
        // The texts themselves, and little else.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 21_000_000);
    }

    [Fact]
    public void A_progress_bar_of_many_megabytes_is_one_line()
    {
        var assembler = new LineAssembler(OutputStream.Error);
        var lines = new List<OutputLine>();
        for (var i = 0; i < 100_000; i++)
        {
            assembler.Append(Encoding.UTF8.GetBytes($"\r{i,6} of 100000 [{new string('#', 100)}]"), i, lines);
        }

        assembler.Append("\n"u8, 100_000, lines);
        Assert.Equal([new OutputLine(OutputStream.Error, 100_000, $" 99999 of 100000 [{new string('#', 100)}]")], lines);
    }

    private static string Visible(string line) => line.TrimEnd('\r') is var shown && shown.LastIndexOf('\r') is var at ? shown[(at + 1)..] : "";

    private static List<string> Assemble(byte[] bytes, int size)
    {
        var assembler = new LineAssembler(OutputStream.Standard);
        var lines = new List<OutputLine>();
        foreach (var piece in bytes.Chunk(size))
        {
            assembler.Append(piece, 1, lines);
        }

        assembler.Complete(1, lines);
        return [.. lines.Select(l => l.Text)];
    }
}
