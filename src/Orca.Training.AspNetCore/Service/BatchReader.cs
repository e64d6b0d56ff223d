using Grpc.Core;
using Orca.Training.Client;
using static System.FormattableString;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Puts a call together that comes in parts. What it holds meanwhile is bounded, and so is how long it waits for a part.</summary>
internal static class BatchReader
{
    // A caller that sends its parts one after the other is never so late.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <exception cref="TrainingException">The parts are too many or too large together, or one did not come in time.</exception>
    public static async Task<Wire.TrainAllRequest> ReadAsync(
        IAsyncStreamReader<Wire.TrainAllRequest> parts, TimeProvider time, CancellationToken cancellationToken)
    {
        Wire.TrainAllRequest? all = null;
        var bytes = 0L;
        while (await NextAsync(parts, time, cancellationToken).ConfigureAwait(false))
        {
            var part = parts.Current;
            bytes += part.CalculateSize();
            if (bytes > CallLimits.MaxBatchBytes)
            {
                throw TrainingException.Invalid(
                    "requests", Invariant($"Together they have more than {CallLimits.MaxBatchBytes} bytes: send fewer in one call."));
            }

            if (all is null)
            {
                all = part;
                continue;
            }

            all.Requests.AddRange(part.Requests);
            if (all.Requests.Count > CallLimits.MaxBatch)
            {
                throw TrainingException.Invalid(
                    "requests", Invariant($"There are more than {CallLimits.MaxBatch}: give 1 to {CallLimits.MaxBatch}."));
            }
        }

        return all ?? new Wire.TrainAllRequest();
    }

    private static async Task<bool> NextAsync(
        IAsyncStreamReader<Wire.TrainAllRequest> parts, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(LongestPause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await parts.MoveNext(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TrainingException(
                TrainingError.Unavailable,
                Invariant($"The call sent no message for {LongestPause.TotalSeconds} s: send them without a pause. Nothing was submitted."));
        }
    }
}
