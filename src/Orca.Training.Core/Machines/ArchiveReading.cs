using System.Buffers;
using System.Buffers.Text;
using static System.FormattableString;

namespace Orca.Training.Machines;

/// <summary>
/// Reads a tar stream, entry by entry. Names come as the bytes that they are, which the framework's reader does not give, and nothing is kept
/// of a stream but one entry's names: whoever made it cannot make it cost more. Formats: POSIX (ustar and pax) and GNU's long names.
/// </summary>
internal sealed class ArchiveReading(Stream tar)
{
    private const int Block = 512;

    // Far more than any name, and the attributes of an engine beside it.
    private const int LongestExtension = 1 << 20;

    // A long name, a long link, and one of pax.
    private const int MostExtensions = 8;

    private readonly byte[] _header = new byte[Block];
    private long _content;
    private long _padding;

    /// <summary>The next entry; null at the archive's end. What was not read of the one before is passed over.</summary>
    /// <exception cref="InvalidDataException">It is no archive, or one that would cost too much.</exception>
    /// <exception cref="EndOfStreamException">It broke off.</exception>
    public async ValueTask<ArchiveEntry?> NextAsync(CancellationToken cancellationToken)
    {
        ArchiveExtension said = new();
        for (var extensions = 0; extensions <= MostExtensions; extensions++)
        {
            await PassOverAsync(_content + _padding, cancellationToken);
            await tar.ReadExactlyAsync(_header, cancellationToken);
            if (_header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                return extensions == 0 ? null : throw new InvalidDataException("its last header belongs to no entry");
            }

            RequireSum();
            var type = (char)_header[156];
            SetContent(said.Size is { } real && type is not ('x' or 'g' or 'L' or 'K') ? real : NumberAt(124, 12));
            switch (type)
            {
                case 'x':
                    said.TakePax(await ReadExtensionAsync(cancellationToken));
                    break;
                case 'g':
                    _ = await ReadExtensionAsync(cancellationToken);
                    break;
                case 'L':
                    said.Name = WithoutEnd(await ReadExtensionAsync(cancellationToken));
                    break;
                case 'K':
                    said.Target = WithoutEnd(await ReadExtensionAsync(cancellationToken));
                    break;
                default:
                    return EntryOf(type, said);
            }
        }

        throw new InvalidDataException(Invariant($"more than {MostExtensions} headers come before an entry"));
    }

    /// <summary>Reads on in the entry's content; 0 at its end.</summary>
    /// <exception cref="EndOfStreamException">It broke off.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(buffer.Length, _content);
        if (wanted == 0)
        {
            return 0;
        }

        var read = await tar.ReadAsync(buffer[..wanted], cancellationToken);
        _content -= read;
        return read > 0 ? read : throw new EndOfStreamException("It ends within a file.");
    }

    private ArchiveEntry EntryOf(char type, ArchiveExtension said)
    {
        var name = said.Name ?? NameInHeader();
        var kind = type switch
        {
            _ when said.IsSparse => ArchiveEntryKind.Other,
            '0' or '\0' or '7' => name is [.., (byte)'/'] ? ArchiveEntryKind.Folder : ArchiveEntryKind.File,
            '1' => ArchiveEntryKind.HardLink,
            '2' => ArchiveEntryKind.SymbolicLink,
            '5' => ArchiveEntryKind.Folder,
            '6' => ArchiveEntryKind.Pipe,
            _ => ArchiveEntryKind.Other,
        };
        if (kind is not (ArchiveEntryKind.File or ArchiveEntryKind.Other))
        {
            // These have no content, whatever their header says.
            SetContent(0);
        }

        return new ArchiveEntry(kind, name, said.Target ?? TextAt(157, 100).ToArray(), _content, (NumberAt(100, 8) & 0x40) != 0);
    }

    private byte[] NameInHeader()
    {
        var name = TextAt(0, 100);
        var prefix = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? TextAt(345, 155) : [];
        return prefix.Length > 0 ? [.. prefix, (byte)'/', .. name] : name.ToArray();
    }

    private ReadOnlySpan<byte> TextAt(int at, int length)
    {
        var field = _header.AsSpan(at, length);
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Octal digits; or, with the first bit set, the number itself.</summary>
    private long NumberAt(int at, int length)
    {
        var field = _header.AsSpan(at, length);
        long number = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (var octet in field[(length - 8)..])
            {
                number = (number << 8) | octet;
            }

            return field[0] == 0x80 && field[1..(length - 8 < 1 ? 1 : length - 8)].IndexOfAnyExcept((byte)0) < 0 && number >= 0
                ? number
                : throw new InvalidDataException("a number in it is below zero or too great");
        }

        foreach (var digit in field.Trim(" \0"u8))
        {
            number = digit is >= (byte)'0' and <= (byte)'7' ? (number << 3) | (uint)(digit - '0') : throw new InvalidDataException("a number in it has digits other than 0 to 7");
        }

        return number;
    }

    private void RequireSum()
    {
        var sum = 0L;
        for (var i = 0; i < Block; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : _header[i];
        }

        if (NumberAt(148, 8) != sum)
        {
            throw new InvalidDataException("a header's checksum is wrong");
        }
    }

    private void SetContent(long size) => (_content, _padding) = (size, (Block - (size % Block)) % Block);

    private async ValueTask<byte[]> ReadExtensionAsync(CancellationToken cancellationToken)
    {
        if (_content > LongestExtension)
        {
            throw new InvalidDataException(Invariant($"a header has {_content} bytes, and the limit is {LongestExtension}"));
        }

        var text = new byte[_content];
        await tar.ReadExactlyAsync(text, cancellationToken);
        _content = 0;
        return text;
    }

    private static byte[] WithoutEnd(byte[] text) => text.AsSpan().TrimEnd((byte)0).ToArray();

    private async ValueTask PassOverAsync(long bytes, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (bytes > 0)
            {
                var read = await tar.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes)), cancellationToken);
                bytes -= read > 0 ? read : throw new EndOfStreamException("It ends within an entry.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        SetContent(0);
    }

    /// <summary>What the headers before an entry say of it.</summary>
    private sealed class ArchiveExtension
    {
        public byte[]? Name { get; set; }

        public byte[]? Target { get; set; }

        public long? Size { get; private set; }

        public bool IsSparse { get; private set; }

        /// <summary>Records, each of "length key=value" and a line feed, of which the length is the whole record's.</summary>
        public void TakePax(ReadOnlySpan<byte> records)
        {
            while (records.Length > 0)
            {
                if (!Utf8Parser.TryParse(records, out int length, out var digits) || length <= digits + 2 || length > records.Length
                    || records[digits] != (byte)' ' || records[length - 1] != (byte)'\n')
                {
                    throw new InvalidDataException("the length of a record in a header is wrong");
                }

                var record = records[(digits + 1)..(length - 1)];
                var equals = record.IndexOf((byte)'=');
                if (equals < 1)
                {
                    throw new InvalidDataException("a record in a header has no key");
                }

                Take(record[..equals], record[(equals + 1)..]);
                records = records[length..];
            }
        }

        private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (key.SequenceEqual("path"u8))
            {
                Name = value.ToArray();
            }
            else if (key.SequenceEqual("linkpath"u8))
            {
                Target = value.ToArray();
            }
            else if (key.SequenceEqual("size"u8))
            {
                Size = Utf8Parser.TryParse(value, out long size, out var digits) && digits == value.Length && size >= 0
                    ? size
                    : throw new InvalidDataException("a size in it is not a number of at least 0");
            }
            else if (key.StartsWith("GNU.sparse."u8))
            {
                IsSparse = true;
            }
        }
    }
}
