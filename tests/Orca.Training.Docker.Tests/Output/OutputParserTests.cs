using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CsCheck;
using Orca.Training.Docker.Output;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Output;

public sealed class OutputParserTests
{
    private const int Limit = 16;

    // Bytes that matter to the parser come often: newlines, carriage returns, characters of several bytes and halves of them.
    private static readonly byte[][] Pieces =
    [
        "\n"u8.ToArray(), "\r"u8.ToArray(), "\r\n"u8.ToArray(), "a"u8.ToArray(), "bcdefgh"u8.ToArray(), "ä"u8.ToArray(), "€"u8.ToArray(),
        "😀"u8.ToArray(), " "u8.ToArray(), [0xFF], [0xC3], [0xE2], [0x82], [0xF0], [0x80],
    ];

    private static readonly Gen<(bool IsError, int Time, byte[] Text)[]> Messages = MessagesOf(Pieces);

    // What comes before a carriage return alone is overwritten.
    private static readonly Gen<(bool IsError, int Time, byte[] Text)[]> MessagesThatStay = MessagesOf([.. Pieces.Where(p => p is not [(byte)'\r'])]);

    [Fact]
    public void Any_chunking_of_the_bytes_gives_the_same_lines() =>
        Gen.Select(Messages, Gen.Int[1, 40].Array[1, 30]).Sample((messages, sizes) =>
        {
            var bytes = messages.SelectMany(Message).ToArray();
            Assert.Equal(Parse(bytes, [bytes.Length + 1]), Parse(bytes, sizes));
        });

    [Fact]
    public void Lines_carry_all_text_in_order_within_the_limit_and_never_go_back_in_time() =>
        MessagesThatStay.Sample(messages =>
        {
            var lines = Parse(messages.SelectMany(Message).ToArray(), [7]);

            Assert.Equal(lines.Select(l => l.Timestamp).Order(), lines.Select(l => l.Timestamp));
            Assert.All(lines, l => Assert.True(l.Text.Length <= Limit));
            foreach (var stream in new[] { OutputStream.Standard, OutputStream.Error })
            {
                var written = messages.Where(m => m.IsError == (stream == OutputStream.Error)).SelectMany(m => m.Text).ToArray();
                var expected = Encoding.UTF8.GetString(written).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
                var actual = string.Concat(lines.Where(l => l.Stream == stream).Select(l => l.Text));

                // How many replacement characters stand for a broken character depends on where a part ends: they are left out.
                Assert.Equal(Sound(expected), Sound(actual));
            }
        });

    [Fact]
    public void Lines_of_the_usual_kind_come_as_they_were_written() =>
        Assert.Equal(
            [
                new OutputLine(OutputStream.Standard, 3_000_000_001, "one"),
                new OutputLine(OutputStream.Error, 4_000_000_001, ""),
                new OutputLine(OutputStream.Standard, 5_000_000_001, "two"),
            ],
            Parse([.. Message((false, 3, "one\n"u8.ToArray())), .. Message((true, 4, "\n"u8.ToArray())), .. Message((false, 5, "two"u8.ToArray()))], [1000]));

    [Fact]
    public void A_line_in_several_messages_is_one_line_at_the_time_of_its_last() =>
        Assert.Equal(
            [new OutputLine(OutputStream.Standard, 4_000_000_001, "ab")],
            Parse([.. Message((false, 3, "a"u8.ToArray())), .. Message((false, 4, "b\n"u8.ToArray()))], [1000]));

    [Fact]
    public void A_line_of_exactly_the_limit_is_no_part() =>
        Assert.Equal(
            [new string('x', Limit), "y"],
            Parse(Message((false, 1, Encoding.UTF8.GetBytes(new string('x', Limit) + "\ny\n"))), [3]).Select(l => l.Text));

    [Fact]
    public void A_message_of_an_unknown_stream_is_refused() =>
        Assert.Throws<InvalidDataException>(() => Parse([7, 0, 0, 0, 0, 0, 0, 1, 65], [100]));

    private static Gen<(bool IsError, int Time, byte[] Text)[]> MessagesOf(byte[][] pieces) => Gen.Select(
        Gen.Bool, Gen.Int[0, 5], Gen.Int[0, pieces.Length - 1].Array[0, 20].Select(text => text.SelectMany(p => pieces[p]).ToArray())).Array[0, 12];

    private static string Sound(string text) => text.Replace("\uFFFD", "", StringComparison.Ordinal);

    private static byte[] Message((bool IsError, int Time, byte[] Text) message)
    {
        var timestamp = string.Create(CultureInfo.InvariantCulture, $"1970-01-01T00:00:0{message.Time}.000000001Z ");
        byte[] payload = [.. Encoding.ASCII.GetBytes(timestamp), .. message.Text];
        var header = new byte[8];
        header[0] = (byte)(message.IsError ? 2 : 1);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), payload.Length);
        return [.. header, .. payload];
    }

    private static List<OutputLine> Parse(byte[] bytes, int[] sizes)
    {
        var parser = new OutputParser(Limit);
        var lines = new List<OutputLine>();
        var i = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var size = Math.Min(sizes[i++ % sizes.Length], bytes.Length - at);
            parser.Push(bytes.AsSpan(at, size), lines);
            at += size;
        }

        Assert.True(parser.IsBetweenMessages);
        parser.Complete(lines);
        return lines;
    }
}
