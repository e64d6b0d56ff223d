using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Orca.Training.Datasets.Intents;

/// <summary>
/// Reads a stream as UTF-8 text, its byte order mark left out, and refuses anything else: the framework's own reader would put
/// replacement characters into the training data instead.
/// </summary>
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
    private long _lineBreaks;
    private bool _endsWithReturn;
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
        var text = _decoded.AsSpan(0, written);
        if (text.IndexOf('\0') is >= 0 and var nul)
        {
            throw new DatasetException($"{file}, line {LineAfter(text[..nul])}: there is a NUL character: save the file as plain text in UTF-8.", file, LineAfter(text[..nul]));
        }

        if (status == OperationStatus.InvalidData)
        {
            throw new DatasetException($"{file}, line {LineAfter(text)}: the byte 0x{bytes[read]:X2} is not UTF-8 here: save the file in UTF-8.", file, LineAfter(text));
        }

        _lineBreaks = LineAfter(text) - 1;
        _endsWithReturn = written == 0 ? _endsWithReturn : text[^1] == '\r';
        _ready = _decoded.AsMemory(0, written);
        bytes[read..].CopyTo(_bytes);
        _byteCount = bytes.Length - read;
    }

    private long LineAfter(ReadOnlySpan<char> text) =>
        // A line feed that ends the return of the buffer before is not another line's.
        1 + _lineBreaks + LineBreaks.Count(text) - (_endsWithReturn && text is ['\n', ..] ? 1 : 0);
}
