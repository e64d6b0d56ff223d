using System.Runtime.CompilerServices;
using Orca.Training.Client;
using Orca.Training.Grpc;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>
/// Puts lines together to messages: as many as are there, up to a size. A line never waits for the next one, and the lines of a message
/// are all that is held.
/// </summary>
internal static class LogBatches
{
    // Far below the 4 MB that clients commonly take for a message, with one line of the greatest length on top.
    private const int FullSize = 64 * 1024;

    // What a line takes beside its text.
    private const int LineOverhead = 16;

    public static async IAsyncEnumerable<Wire.StreamLogsResponse> Of(IAsyncEnumerable<LogLine> lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = lines.GetAsyncEnumerator(cancellationToken);
        await using (reader.ConfigureAwait(false))
        {
            Wire.StreamLogsResponse? batch = null;
            var size = 0;
            while (true)
            {
                var next = reader.MoveNextAsync();
                if (!next.IsCompleted && batch is not null)
                {
                    yield return batch;
                    batch = null;
                }

                if (!await next.ConfigureAwait(false))
                {
                    break;
                }

                var line = reader.Current;
                if (batch is not null && (size >= FullSize || batch.Attempt != line.Attempt || batch.Rank != line.Rank || batch.Installation != (line.Installation?.Value ?? "")))
                {
                    yield return batch;
                    batch = null;
                }

                if (batch is null)
                {
                    batch = new Wire.StreamLogsResponse { Attempt = line.Attempt, Rank = line.Rank, Installation = line.Installation?.Value ?? "" };
                    size = 0;
                }

                batch.Lines.Add(LogMapping.ToWire(line));
                size += LineOverhead + line.Text.Length;
            }

            if (batch is not null)
            {
                yield return batch;
            }
        }
    }
}
