using System.Text;

namespace Orca.Training.Machines;

/// <summary>Reads the RFC 3339 timestamp (UTC, up to nine decimals) and the space that begin a message.</summary>
internal sealed class TimestampReader
{
    // "2026-11-24T23:31:01.123456789Z" has 30; an offset instead of Z, which engines do not send, would have 35.
    private const int Longest = 40;

    private readonly byte[] _text = new byte[Longest];
    private int _filled;

    public bool IsComplete { get; private set; }

    /// <summary>Since 1970, once complete.</summary>
    public long Nanoseconds { get; private set; }

    public void Reset()
    {
        _filled = 0;
        IsComplete = false;
    }

    /// <summary>Takes what it needs of the bytes, and says how many that were.</summary>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        var space = bytes.IndexOf((byte)' ');
        var part = space < 0 ? bytes : bytes[..space];
        if (_filled + part.Length > Longest)
        {
            throw new InvalidDataException("a message without a timestamp in a container's output");
        }

        part.CopyTo(_text.AsSpan(_filled));
        _filled += part.Length;
        if (space < 0)
        {
            return bytes.Length;
        }

        Nanoseconds = Parse(_text.AsSpan(0, _filled));
        IsComplete = true;
        return space + 1;
    }

    // By hand, since .NET's times have seven decimals, and a string for each line would be half of what reading costs.
    private static long Parse(ReadOnlySpan<byte> timestamp)
    {
        const int Seconds = 19;
        const string Shape = "0000-00-00T00:00:00";
        if (timestamp.Length > Seconds
            && timestamp[^1] == (byte)'Z'
            && IsShaped(timestamp[..Seconds], Shape)
            && TryDecimals(timestamp[Seconds..^1], out var nanoseconds))
        {
            int year = Number(timestamp[..4]), month = Number(timestamp[5..7]), day = Number(timestamp[8..10]);
            int hour = Number(timestamp[11..13]), minute = Number(timestamp[14..16]), second = Number(timestamp[17..19]);
            if (year >= 1970 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
                && hour < 24 && minute < 60 && second < 60)
            {
                var whole = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);
                return ((whole - DateTime.UnixEpoch).Ticks * 100) + nanoseconds;
            }
        }

        throw new InvalidDataException($"'{Encoding.ASCII.GetString(timestamp)}' instead of a timestamp in a container's output");
    }

    private static bool IsShaped(ReadOnlySpan<byte> text, string shape)
    {
        for (var i = 0; i < shape.Length; i++)
        {
            if (shape[i] == '0' ? !char.IsAsciiDigit((char)text[i]) : text[i] != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }

    private static bool TryDecimals(ReadOnlySpan<byte> decimals, out int nanoseconds)
    {
        nanoseconds = 0;
        if (decimals.IsEmpty)
        {
            return true;
        }

        if (decimals[0] != (byte)'.' || decimals.Length is < 2 or > 10 || decimals[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        nanoseconds = Number(decimals[1..]);
        for (var missing = 10 - decimals.Length; missing > 0; missing--)
        {
            nanoseconds *= 10;
        }

        return true;
    }
}
