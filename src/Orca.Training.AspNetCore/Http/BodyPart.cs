using Orca.Training.Client;
using Orca.Training.Files;

namespace Orca.Training.AspNetCore.Http;

/// <summary>One file of an upload: the next bytes of the body, read as they are stored.</summary>
/// <param name="body">The body of the call.</param>
/// <param name="name">The file.</param>
/// <param name="size">How many bytes it has; null for all that is left.</param>
internal sealed class BodyPart(Stream body, string name, long? size) : ForwardStream
{
    private long _left = size ?? long.MaxValue;

    /// <exception cref="TrainingException">The body ends before the file does.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        var read = await body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
        if (read == 0 && size is not null)
        {
            throw TrainingException.Invalid("size", $"The body ends {_left} bytes before the file {PlainName.Quoted(name)} does.");
        }

        _left -= read;
        return read;
    }
}
