using Google.Protobuf;
using Grpc.Core;
using Orca.Training.Jobs;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Sends a file in messages, the first of which says what it is. A caller that reads slowly slows the reading down.</summary>
internal static class FileChunks
{
    private const int Size = 64 * 1024;

    public static async Task SendAsync(Stream content, Artifact file, IServerStreamWriter<Wire.FileChunk> responses, CancellationToken cancellationToken)
    {
        var facts = new Wire.FileFacts { Name = file.Name, Size = file.Size, Sha256 = file.Sha256 };
        await responses.WriteAsync(new Wire.FileChunk { Facts = facts }, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[Size];
        int read;
        while ((read = await content.ReadAtLeastAsync(buffer, Size, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
        {
            // Written before the buffer is filled again.
            await responses.WriteAsync(new Wire.FileChunk { Content = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read)) }, cancellationToken).ConfigureAwait(false);
        }
    }
}
