using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>
/// How large what a call leaves on record may be: it is counted as it is kept, not as it was sent, so that neither a grid nor characters
/// that are
/// written in six make much of little. Pure.
/// </summary>
internal static class SizeRule
{
    /// <summary>
    /// The most that a job becomes on record, attempts included, each of which keeps what it executed: below what a message takes, so
    /// that it can be read.
    /// </summary>
    public const long MostOfARecord = 3 << 20;

    /// <summary>Checks one request.</summary>
    public static void Check(TrainingRequest request, RetryPolicy? retries, RequestLimits limits, List<FieldViolation> found) =>
        Check(RecordSize.Of(request, limits.RequestBytes), request, retries, limits, found);

    /// <summary>Checks the requests of one call together.</summary>
    public static void Check(TrainingBatch batch, RequestLimits limits, List<FieldViolation> found)
    {
        var room = limits.CallBytes / Math.Max(1, batch.Requests.Count);
        CheckCall("requests", batch.Requests.Sum(r => RecordSize.Of(r, room)), limits, found);
    }

    /// <summary>Checks what a sweep becomes, without making it.</summary>
    public static void Check(TrainingSweep sweep, RetryPolicy? retries, RequestLimits limits, List<FieldViolation> found)
    {
        var before = found.Count;
        var count = SweepExpansion.CountOf(sweep);
        var each = RecordSize.Of(sweep.Request, 0);
        var (largest, all) = (each, each * count);
        foreach (var parameter in sweep.Grid)
        {
            long[] values = [.. parameter.Values.Select(v => RecordSize.OfEntry + RecordSize.Of(parameter.Name) + RecordSize.Of(v))];
            largest += values.Max();
            all += values.Sum() * (count / values.Length);
        }

        Check(largest, sweep.Request, retries, limits, found);
        if (found.Count == before)
        {
            CheckCall("grid", all, limits, found);
        }
    }

    private static void Check(long bytes, TrainingRequest request, RetryPolicy? retries, RequestLimits limits, List<FieldViolation> found)
    {
        if (bytes > limits.RequestBytes)
        {
            var field = RecordSize.OfMap(request.Labels) > RecordSize.OfMap(request.Parameters) ? "labels" : "parameters";
            found.Add(new FieldViolation(
                field,
                Invariant($"With them, the request takes {bytes} bytes when stored: ")
                + Invariant($"give at most {limits.RequestBytes} in all, and put large data into a dataset.")));
            return;
        }

        // The request itself, and what its first attempt executes.
        var most = (MostOfARecord / bytes) - 2;
        if (retries is { } policy && policy.MaxRetries > most)
        {
            found.Add(new FieldViolation(
                "retries.max_retries",
                Invariant($"{policy.MaxRetries} is too many for a request of {bytes} bytes, which each attempt keeps: ")
                + Invariant($"give at most {most}, or a smaller request.")));
        }
    }

    private static void CheckCall(string field, long bytes, RequestLimits limits, List<FieldViolation> found)
    {
        if (bytes > limits.CallBytes)
        {
            found.Add(new FieldViolation(
                field,
                Invariant($"Together they take {bytes} bytes when stored: give at most {limits.CallBytes} in one call.")));
        }
    }
}
