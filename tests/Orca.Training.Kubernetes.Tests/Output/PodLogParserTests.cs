using System.Text;
using Orca.Training.Kubernetes.Output;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Tests.Output;

public sealed class PodLogParserTests
{
    private const string Time = "2026-11-24T23:31:01.000000001Z";
    private const string Later = "2026-11-24T23:31:01.000000002Z";
    private const long Nanoseconds = 1_795_563_061_000_000_001;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Lines_are_the_same_in_pieces_of_any_size(int size) =>
        Assert.Equal(
            [new OutputLine(OutputStream.Standard, Nanoseconds, "one two"), new OutputLine(OutputStream.Standard, Nanoseconds + 1, ""), new OutputLine(OutputStream.Standard, Nanoseconds + 1, "käse")],
            Parse($"{Time} one two\n{Later} \n{Later} käse", size));

    [Theory]
    [InlineData("rpc error: code = NotFound desc = an error occurred when try to find container")]
    [InlineData("unable to retrieve container logs for containerd://0123")]
    [InlineData("failed")]
    [InlineData("")]
    public void What_a_node_says_itself_is_no_line_of_the_training(string words) =>
        Assert.Equal(["one", "two"], Parse($"{Time} one\n{words}\n{Later} two\n", 7).Select(l => l.Text));

    [Fact]
    public void Times_never_go_back() =>
        Assert.Equal([Nanoseconds + 1, Nanoseconds + 1], Parse($"{Later} one\n{Time} two\n", 100).Select(l => l.Timestamp));

    [Fact]
    public void Timestamps_that_older_nodes_put_into_long_lines_are_taken_out()
    {
        var part = new string('x', PodLogParser.PartLength);
        var line = $"{Time} {part}{Later} {part}{Later} rest\n";

        Assert.Equal([part + part + "rest"], Parse(line, 10_000).Select(l => l.Text));
    }

    [Fact]
    public void A_long_line_of_a_newer_node_is_left_alone()
    {
        var text = new string('x', (PodLogParser.PartLength * 2) + 5);

        Assert.Equal([text], Parse($"{Time} {text}\n", 10_000).Select(l => l.Text));
    }

    private static List<OutputLine> Parse(string text, int size)
    {
        var parser = new PodLogParser();
        var lines = new List<OutputLine>();
        foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size))
        {
            parser.Push(piece, lines);
        }

        parser.Complete(lines);
        return lines;
    }
}
