using System.Globalization;
using System.Runtime.CompilerServices;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Metrics;

namespace Orca.Training.Bench.Metrics;

/// <summary>What a training prints here: a line for each step, with the same value under each of some names. It is known of each point whether it had to come.</summary>
/// <param name="Steps">How many lines.</param>
/// <param name="Names">How many values a line has.</param>
internal sealed record PrintedMetrics(int Steps, int Names)
{
    public int Points => Steps * Names;

    private IEnumerable<string> AllNames => Enumerable.Range(0, Names).Select(NameOf);

    /// <summary>The same from a container, as fast as its shell's own tools can.</summary>
    public string Script() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""awk 'BEGIN { for (i = 1; i <= {{Steps}}; i++) { v = (i * 7919) % 1000000; printf "{\"orca\":\"metric\",\"step\":%d{{string.Concat(AllNames.Select(n => $",\\\"{n}\\\":0.%06d"))}}}\n", i{{string.Concat(AllNames.Select(_ => ", v"))}} } }'""");

    /// <summary>The output as a runtime reads it: a string a line, with a timestamp of its own.</summary>
    public async IAsyncEnumerable<OutputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var step = 1; step <= Steps; step++)
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
    public async Task<Kept> CountAsync(IMetricStore store, AttemptId attempt, CancellationToken cancellationToken)
    {
        var (lost, doubled, first) = (0L, 0L, 0L);
        foreach (var name in AllNames)
        {
            var found = new int[Steps + 1];
            foreach (var point in await store.ReadAsync(Series(attempt, name), MetricRange.All(0), cancellationToken))
            {
                var isPrinted = point.Step >= 1 && point.Step <= Steps && point.Value == Value((int)point.Step);
                doubled += !isPrinted || found[(int)point.Step]++ > 0 ? 1 : 0;
                first = first == 0 ? point.Timestamp : first;
            }

            lost += found.Skip(1).LongCount(f => f == 0);
        }

        return new Kept(lost, doubled, first);
    }

    /// <summary>The first of the values.</summary>
    public static MetricName Series(AttemptId attempt) => Series(attempt, NameOf(0));

    private static MetricName Series(AttemptId attempt, string name) => new(attempt.Job, attempt.Number, Rank: 0, name);

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"loss{number}");

    private string Line(int step) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"orca":"metric","step":{{step}}{{string.Concat(AllNames.Select(n => string.Create(CultureInfo.InvariantCulture, $",\"{n}\":{Value(step):0.000000}")))}}}""");

    private static double Value(int step) => step * 7919L % 1_000_000 / 1_000_000.0;
}

/// <param name="Lost">Points that were printed and are not there.</param>
/// <param name="Doubled">Points that are there more than once, or were never printed.</param>
/// <param name="First">When the first of them was printed, in nanoseconds since 1970.</param>
internal readonly record struct Kept(long Lost, long Doubled, long First);
