using System.Text;

namespace Orca.Training.Machines;

/// <summary>Reads the RFC 3339 timestamp (up to nine decimals) and the space that begin a line of a container's output.</summary>
internal sealed class TimestampReader
{
    // "2026-11-24T23:31:01.123456789Z" has 30; with an offset instead of Z, as nodes of a cluster send that live by a local time, it has 35.
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
            && TryOffset(timestamp[Seconds..], out var zoneLength, out var offset)
            && IsShaped(timestamp[..Seconds], Shape)
            && TryDecimals(timestamp[Seconds..^zoneLength], out var nanoseconds))
        {
            int year = Number(timestamp[..4]), month = Number(timestamp[5..7]), day = Number(timestamp[8..10]);
            int hour = Number(timestamp[11..13]), minute = Number(timestamp[14..16]), second = Number(timestamp[17..19]);
            if (year >= 1970 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
                && hour < 24 && minute < 60 && second < 60)
            {
                var whole = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);
                return ((whole - offset - DateTime.UnixEpoch).Ticks * 100) + nanoseconds;
            }
        }

        throw new InvalidDataException($"'{Encoding.ASCII.GetString(timestamp)}' instead of a timestamp in a container's output");
    }

    /// <summary>Reads Z, or an offset from UTC such as +05:30, at the end.</summary>
    private static bool TryOffset(ReadOnlySpan<byte> end, out int length, out TimeSpan offset)
    {
        const string Shape = "00:00";
        (length, offset) = (1, TimeSpan.Zero);
        if (end[^1] == (byte)'Z')
        {
            return true;
        }

        length = Shape.Length + 1;
        if (end.Length < length || end[^length] is not ((byte)'+' or (byte)'-') || !IsShaped(end[^Shape.Length..], Shape))
        {
            return false;
        }

        int hours = Number(end[^5..^3]), minutes = Number(end[^2..]);
        offset = new TimeSpan(hours, minutes, 0) * (end[^length] == (byte)'-' ? -1 : 1);
        return hours < 24 && minutes < 60;
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
