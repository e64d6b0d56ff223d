using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Orca.Training.Datasets.Intents;

/// <summary>
/// Reads a stream as UTF-8 text, its byte order mark left out and its line ends (a line feed, a carriage return, or both in this
/// order) all as line feeds, and refuses anything else: the framework's own reader would put replacement characters into the
/// training data instead.
/// </summary>
/// <remarks>
/// Line ends are made one here, not after parsing: the CSV parser's vectorized path takes a carriage return near a character
/// beyond ASCII for a part of the field.
/// </remarks>
/// <param name="stream">The bytes; disposed by whoever opened them.</param>
/// <param name="file">What the file is called in an error.</param>
/// <param name="prologue">Text to give before the stream's; it must end where a line does.</param>
/// <param name="cancellationToken">Ends every read: not all callers hand theirs on.</param>
internal sealed class Utf8Reader(Stream stream, string file, string prologue, CancellationToken cancellationToken) : TextReader
{
    private const int BufferSize = 32 * 1024;

    private readonly byte[] _bytes = new byte[BufferSize];
    private readonly char[] _decoded = new char[BufferSize];
    private int _byteCount;
    private bool _isStarted;
    private bool _isEnded;
    private long _line = 1;
    private bool _followsReturn;
    private ReadOnlyMemory<char> _ready = prologue.AsMemory();

    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken ignored = default)
    {
        while (_ready.IsEmpty && !(_isEnded && _byteCount == 0))
        {
            await FillAsync();
            Decode();
        }

        var count = Math.Min(_ready.Length, buffer.Length);
        _ready[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    public override Task<int> ReadAsync(char[] buffer, int index, int count) =>
        ReadAsync(buffer.AsMemory(index, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadBlockAsync(Memory<char> buffer, CancellationToken ignored = default)
    {
        var total = 0;
        int read;
        while (total < buffer.Length && (read = await ReadAsync(buffer[total..], cancellationToken)) > 0)
        {
            total += read;
        }

        return total;
    }

    public override Task<int> ReadBlockAsync(char[] buffer, int index, int count) =>
        ReadBlockAsync(buffer.AsMemory(index, count), cancellationToken).AsTask();

    private async Task FillAsync()
    {
        // The mark is three bytes, which may come one at a time.
        do
        {
            var read = await stream.ReadAsync(_bytes.AsMemory(_byteCount), cancellationToken);
            _isEnded = read == 0;
            _byteCount += read;
        }
        while (!_isStarted && !_isEnded && _byteCount < 3);
    }

    private void Decode()
    {
        var bytes = _bytes.AsSpan(0, _byteCount);
        if (!_isStarted)
        {
            _isStarted = true;
            bytes = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
        }

        // Never too small: no UTF-8 text has more characters than bytes.
        var status = Utf8.ToUtf16(bytes, _decoded, out var read, out var written, replaceInvalidSequences: false, isFinalBlock: _isEnded);
        var text = _decoded.AsSpan(0, UnifyLineEnds(_decoded.AsSpan(0, written)));
        if (text.IndexOf('\0') is >= 0 and var nul)
        {
            throw Wrong(text[..nul], "there is a NUL character: save the file as plain text in UTF-8.");
        }

        if (status == OperationStatus.InvalidData)
        {
            throw Wrong(text, $"the byte 0x{bytes[read]:X2} is not UTF-8 here: save the file in UTF-8.");
        }

        _line += text.Count('\n');
        _ready = _decoded.AsMemory(0, text.Length);
        bytes[read..].CopyTo(_bytes);
        _byteCount = bytes.Length - read;
    }

    /// <summary>Rewrites a piece of the text in place.</summary>
    /// <returns>Its length now.</returns>
    private int UnifyLineEnds(Span<char> text)
    {
        if (!_followsReturn && !text.Contains('\r'))
        {
            return text.Length;
        }

        var length = 0;
        foreach (var c in text)
        {
            if (!(c == '\n' && _followsReturn))
            {
                text[length++] = c == '\r' ? '\n' : c;
            }

            _followsReturn = c == '\r';
        }

        return length;
    }

    private DatasetException Wrong(ReadOnlySpan<char> before, string what)
    {
        var line = _line + before.Count('\n');
        return new DatasetException(string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: {what}"), file, line);
    }
}
