using System.Text;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Machines;

public sealed class TimestampReaderTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z ", 0)]
    [InlineData("2026-11-24T23:31:01.123456789Z ", 1_795_563_061_123_456_789)]
    [InlineData("2026-11-24T23:31:01.12Z ", 1_795_563_061_120_000_000)]
    [InlineData("2026-11-25T00:31:01.12+01:00 ", 1_795_563_061_120_000_000)]
    [InlineData("2026-11-24T18:01:01.120000000-05:30 ", 1_795_563_061_120_000_000)]
    public void Timestamps_are_read_to_the_nanosecond(string text, long nanoseconds)
    {
        var reader = new TimestampReader();
        var bytes = Encoding.ASCII.GetBytes(text);

        Assert.Equal(bytes.Length, reader.Take(bytes));
        Assert.True(reader.IsComplete);
        Assert.Equal(nanoseconds, reader.Nanoseconds);
    }

    [Theory]
    [InlineData("yesterday ")]
    [InlineData("2026-11-24T23:31:01.1234567891Z ")]
    [InlineData("2026-11-24T23:31:01.12x4Z ")]
    [InlineData("2026-11-24T23:31:01.Z ")]
    [InlineData("2026-02-30T23:31:01Z ")]
    [InlineData("2026-13-01T23:31:01Z ")]
    [InlineData("2026-11-24T24:31:01Z ")]
    [InlineData("2026-11-24 23:31:01Z ")]
    [InlineData("2026-11-24T23:31:01.5+0100 ")]
    [InlineData("2026-11-24T23:31:01.5+24:00 ")]
    [InlineData("a-word-that-is-far-longer-than-every-timestamp")]
    public void What_is_no_timestamp_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => new TimestampReader().Take(Encoding.ASCII.GetBytes(text)));
}
