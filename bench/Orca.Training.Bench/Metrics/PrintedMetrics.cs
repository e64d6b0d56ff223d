using System.Globalization;
using System.Runtime.CompilerServices;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Metrics;

namespace Orca.Training.Bench.Metrics;

/// <summary>What a training prints here: a line for each step, with one value. It is known of each point whether it had to come.</summary>
internal static class PrintedMetrics
{
    public const string Name = "loss";

    /// <summary>The same from a container, as fast as its shell's own tools can.</summary>
    public static string Script(int points) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""awk 'BEGIN { for (i = 1; i <= {{points}}; i++) printf "{\"orca\":\"metric\",\"step\":%d,\"loss\":0.%06d}\n", i, (i * 7919) % 1000000 }'""");

    /// <summary>The output as a runtime reads it: a string a line, with a timestamp of its own.</summary>
    public static async IAsyncEnumerable<OutputLine> ReadAsync(int points, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var step = 1; step <= points; step++)
        {
            if (step % 1000 == 0)
            {
                // As from a network: now and then the next line is not there yet.
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            yield return new OutputLine(OutputStream.Standard, step, Line(step));
        }
    }

    /// <summary>Which of the points are not in a store, and which are there more than once or were never printed.</summary>
    public static async Task<Kept> CountAsync(IMetricStore store, AttemptId attempt, int points, CancellationToken cancellationToken)
    {
        var found = new int[points + 1];
        var strange = 0L;
        var kept = await store.ReadAsync(Series(attempt), MetricRange.All(0), cancellationToken);
        foreach (var point in kept)
        {
            var step = (int)point.Step;
            if (step >= 1 && step <= points && point.Value == Value(step))
            {
                found[step]++;
            }
            else
            {
                strange++;
            }
        }

        return new Kept(found.Skip(1).LongCount(f => f == 0), strange + found.Sum(f => Math.Max(0L, f - 1)), kept.Count > 0 ? kept[0].Timestamp : 0);
    }

    public static MetricName Series(AttemptId attempt) => new(attempt.Job, attempt.Number, Rank: 0, Name);

    private static string Line(int step) => string.Create(CultureInfo.InvariantCulture, $$"""{"orca":"metric","step":{{step}},"loss":{{Value(step):0.000000}}}""");

    private static double Value(int step) => step * 7919L % 1_000_000 / 1_000_000.0;
}

/// <param name="Lost">Points that were printed and are not there.</param>
/// <param name="Doubled">Points that are there more than once, or were never printed.</param>
/// <param name="First">When the first of them was printed, in nanoseconds since 1970.</param>
internal readonly record struct Kept(long Lost, long Doubled, long First);
