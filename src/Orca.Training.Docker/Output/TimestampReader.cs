using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orca.Training.Docker.Output;

/// <summary>Reads the RFC 3339 timestamp (UTC, up to nine decimals) and the space that begin a message.</summary>
internal sealed class TimestampReader
{
    // "2026-11-24T23:31:01.123456789Z" has 30; an offset instead of Z, which engines do not send, would have 35.
    private const int Longest = 40;

    private readonly byte[] text = new byte[Longest];
    private int filled;

    public bool IsComplete { get; private set; }

    /// <summary>Since 1970, once complete.</summary>
    public long Nanoseconds { get; private set; }

    public void Reset()
    {
        filled = 0;
        IsComplete = false;
    }

    /// <summary>Takes what it needs of the bytes, and says how many that were.</summary>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        var space = bytes.IndexOf((byte)' ');
        var part = space < 0 ? bytes : bytes[..space];
        if (filled + part.Length > Longest)
        {
            throw new InvalidDataException("a message without a timestamp in a container's output");
        }

        part.CopyTo(text.AsSpan(filled));
        filled += part.Length;
        if (space < 0)
        {
            return bytes.Length;
        }

        Nanoseconds = Parse(text.AsSpan(0, filled));
        IsComplete = true;
        return space + 1;
    }

    private static long Parse(ReadOnlySpan<byte> timestamp)
    {
        // .NET's times have seven decimals: the whole seconds are read by it, the decimals by hand.
        const int Seconds = 19;
        if (timestamp.Length > Seconds
            && timestamp[^1] == (byte)'Z'
            && DateTime.TryParseExact(
                Encoding.ASCII.GetString(timestamp[..Seconds]),
                "yyyy-MM-ddTHH:mm:ss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var whole)
            && TryDecimals(timestamp[Seconds..^1], out var nanoseconds))
        {
            return ((whole - DateTime.UnixEpoch).Ticks * 100) + nanoseconds;
        }

        throw new InvalidDataException($"'{Encoding.ASCII.GetString(timestamp)}' instead of a timestamp in a container's output");
    }

    private static bool TryDecimals(ReadOnlySpan<byte> decimals, out int nanoseconds)
    {
        nanoseconds = 0;
        if (decimals.IsEmpty)
        {
            return true;
        }

        if (decimals[0] != (byte)'.' || decimals.Length > 10
            || !Utf8Parser.TryParse(decimals[1..], out nanoseconds, out var read) || read != decimals.Length - 1)
        {
            return false;
        }

        for (var missing = 10 - decimals.Length; missing > 0; missing--)
        {
            nanoseconds *= 10;
        }

        return true;
    }
}
