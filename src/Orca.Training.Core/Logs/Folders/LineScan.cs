using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Orca.Training.Logs.Folders;

/// <summary>
/// Reads a part of a file line by line. A last line without its newline is none yet: it is being written, or its writer ended in the
/// midst of it. Its memory is one buffer; what has no newline for longer than the longest record ends the scan.
/// </summary>
internal sealed class LineScan : IDisposable
{
    private const int UsualBuffer = 64 * 1024;
    private const byte Newline = (byte)'\n';

    private readonly SafeFileHandle _file;
    private readonly long _end;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualBuffer);
    private long _bufferAt;
    private int _filled;
    private int _taken;

    /// <param name="file">The file.</param>
    /// <param name="start">Where a line begins.</param>
    /// <param name="end">Where to stop.</param>
    public LineScan(SafeFileHandle file, long start, long end)
    {
        _file = file;
        _bufferAt = start;
        _end = end;
    }

    /// <summary>Where the next line begins.</summary>
    public long Offset => _bufferAt + _taken;

    /// <summary>The next line, without its newline; valid until the next call.</summary>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var open = _buffer.AsSpan(_taken, _filled - _taken);
            var newline = open[searched..].IndexOf(Newline);
            if (newline >= 0)
            {
                line = open[..(searched + newline)];
                _taken += searched + newline + 1;
                return true;
            }

            searched = open.Length;
            if (searched > LogRecord.MaxLength || !TryFill())
            {
                line = default;
                return false;
            }
        }
    }

    /// <summary>The first place at or after another where a line begins; the end if there is none.</summary>
    public static long FindStart(SafeFileHandle file, long from, long end)
    {
        if (from == 0)
        {
            return 0;
        }

        // The line that a place lies in begins right there if the byte before it is a newline.
        Span<byte> probe = stackalloc byte[1024];
        for (var at = from - 1; at < end;)
        {
            var read = RandomAccess.Read(file, probe[..(int)Math.Min(probe.Length, end - at)], at);
            var newline = probe[..read].IndexOf(Newline);
            if (newline >= 0)
            {
                return at + newline + 1;
            }

            if (read == 0)
            {
                break;
            }

            at += read;
        }

        return end;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private bool TryFill()
    {
        if (_taken > 0)
        {
            _buffer.AsSpan(_taken, _filled - _taken).CopyTo(_buffer);
            (_bufferAt, _filled, _taken) = (_bufferAt + _taken, _filled - _taken, 0);
        }

        if (_filled == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var wanted = (int)Math.Min(_buffer.Length - _filled, _end - (_bufferAt + _filled));
        var read = wanted > 0 ? RandomAccess.Read(_file, _buffer.AsSpan(_filled, wanted), _bufferAt + _filled) : 0;
        _filled += read;
        return read > 0;
    }
}
