using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;

namespace Orca.Training.Testing.Conformance.Runs;

/// <summary>Each value of each line is there once, in its order, however often the lines are added, and by whom.</summary>
public abstract partial class RunStoresConformance
{
    private static readonly AttemptName Attempt = new(new InstallationId("here"), new AttemptId(new JobId(7), 2));

    [Fact]
    public async Task Values_become_points_of_their_series_at_the_steps_of_their_lines()
    {
        var metrics = (await NewAsync()).Metrics;
        await metrics.AppendAsync(Attempt, 0, [Line(1, 10, ("loss", 3)), Line(2, 20, ("loss", 2), ("accuracy", 0.5)), Line(3, null, ("accuracy", 0.75))], End(4), Cancel);
        await metrics.AppendAsync(Attempt, 1, [Line(1, 10, ("loss", 9))], End(1), Cancel);

        Assert.Equal([(10, 3, 1L), (20, 2, 2L)], await ReadAsync(metrics, "loss"));
        Assert.Equal([(20, 0.5, 2L), (1, 0.75, 3L)], await ReadAsync(metrics, "accuracy"));
        Assert.Empty(await ReadAsync(metrics, "other"));
        Assert.Equal(End(4), await metrics.GetEndAsync(Attempt, 0, Cancel));
        Assert.Equal(default, await metrics.GetEndAsync(Attempt, 2, Cancel));
        Assert.Equal(
            [("accuracy", 0, 2, 0.5, 0.75), ("loss", 0, 2, 2, 3), ("loss", 1, 1, 9, 9)],
            (await metrics.ListAsync(new JobId(7), Cancel)).Select(s => (s.Metric.Name, s.Metric.Rank, s.Count, s.Least, s.Greatest)));
        Assert.Equal(new MetricPoint(1, 0.75, 3), (await metrics.ListAsync(new JobId(7), Cancel))[0].Last);
    }

    [Fact]
    public async Task Lines_that_are_added_again_are_there_once()
    {
        var metrics = (await NewAsync()).Metrics;
        MetricLine[] lines = [.. Enumerable.Range(1, 100).Select(i => Line(i, i, ("x", i)))];
        await metrics.AppendAsync(Attempt, 0, lines[..60], End(60), Cancel);
        await metrics.AppendAsync(Attempt, 0, lines[..60], End(60), Cancel);
        await metrics.AppendAsync(Attempt, 0, lines[30..], End(100), Cancel);
        await metrics.AppendAsync(Attempt, 0, [], End(50), Cancel);

        Assert.Equal(Enumerable.Range(1, 100).Select(i => ((double)i, (double)i, (long)i)), await ReadAsync(metrics, "x"));
        Assert.Equal(End(100), await metrics.GetEndAsync(Attempt, 0, Cancel));
    }

    [Fact]
    public async Task Two_that_read_the_same_output_at_once_leave_each_point_once()
    {
        var metrics = (await NewAsync()).Metrics;
        MetricLine[] lines = [.. Enumerable.Range(1, 300).Select(i => Line(i, i, ("x", i), ("y", -i)))];

        await Task.WhenAll(Enumerable.Range(1, 4).Select(reader => Task.Run(async () =>
        {
            for (var from = 0; from < lines.Length; from += reader * 7)
            {
                var batch = lines.Skip(from).Take(reader * 7).ToArray();
                await metrics.AppendAsync(Attempt, 0, [.. lines.Take(from + batch.Length)], batch[^1].Position, Cancel);
            }
        }, Cancel)));

        Assert.Equal(Enumerable.Range(1, 300).Select(i => (double)i), (await ReadAsync(metrics, "x")).Select(p => p.Value));
        Assert.Equal(Enumerable.Range(1, 300).Select(i => (double)-i), (await ReadAsync(metrics, "y")).Select(p => p.Value));
    }

    [Fact]
    public async Task A_long_series_is_shown_in_few_points_with_its_peaks_and_its_ends()
    {
        const int length = 30_000;
        var metrics = (await NewAsync()).Metrics;
        for (var from = 0; from < length; from += 5_000)
        {
            await metrics.AppendAsync(
                Attempt, 0, [.. Enumerable.Range(from + 1, 5_000).Select(i => Line(i, i, ("x", i == 17_321 ? 1e6 : i == 25_000 ? -1e6 : Math.Sin(i))))], End(from + 5_000), Cancel);
        }

        var shown = await metrics.ReadAsync(Name("x"), MetricRange.All(100), Cancel);

        Assert.InRange(shown.Count, 50, 100);
        Assert.Equal(shown.OrderBy(p => p.Step), shown);
        Assert.Contains(shown, p => p is { Step: 17_321, Value: 1e6 });
        Assert.Contains(shown, p => p is { Step: 25_000, Value: -1e6 });
        Assert.Equal(length, (await metrics.ReadAsync(Name("x"), MetricRange.All(0), Cancel)).Count);
        Assert.Equal(Enumerable.Range(100, 11).Select(i => (double)i), (await metrics.ReadAsync(Name("x"), new MetricRange(100, 110, 50), Cancel)).Select(p => p.Step));
        Assert.Equal(length, Assert.Single(await metrics.ListAsync(new JobId(7), Cancel)).Count);
    }

    [Fact]
    public async Task No_more_than_256_series_of_a_container_are_kept()
    {
        var metrics = (await NewAsync()).Metrics;
        await metrics.AppendAsync(Attempt, 0, [Line(1, 1, [.. Enumerable.Range(0, 250).Select(i => ($"m{i}", 1.0))])], End(1), Cancel);
        await metrics.AppendAsync(Attempt, 0, [Line(2, 2, [.. Enumerable.Range(200, 100).Select(i => ($"m{i}", 2.0))])], End(2), Cancel);

        var series = await metrics.ListAsync(new JobId(7), Cancel);

        Assert.Equal(256, series.Count);
        Assert.Equal(2, series.Single(s => s.Metric.Name == "m249").Count);
    }

    [Fact]
    public async Task A_metric_is_found_by_its_name_whatever_characters_that_has()
    {
        var stores = await NewAsync();
        string[] names = ["a\"b", "loss\"x", "'; DROP TABLE jobs; --", "$.a[0]", "a.b", "\\", "\\\"", "{x}", "[*]", "@metric", "%_", "ü€😀", "key' OR 1=1", "null", " ", new string('n', 128)];
        await stores.Metrics.AppendAsync(Attempt, 0, [Line(1, 1, [.. names.Select((n, i) => (n, (double)i))])], End(1), Cancel);
        var plain = await RunAsync(stores, "d", "a", accuracy: 0.5);
        foreach (var (name, value) in names.Select((n, i) => (n, (double)i)))
        {
            var job = await RunAsync(stores, "d", "a", accuracy: 1, metric: name, value: value);

            Assert.Equal([(1.0, value, 1L)], await ReadAsync(stores.Metrics, name));
            Assert.Equal(job, Assert.Single(await stores.Runs.QueryAsync(new RunQuery { OrderBy = name }, Cancel)).Job);
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), (await stores.Metrics.ListAsync(new JobId(7), Cancel)).Select(s => s.Metric.Name));
        Assert.Contains(plain, (await stores.Runs.QueryAsync(new RunQuery { OrderBy = "accuracy" }, Cancel)).Select(r => r.Job));
    }

    [Fact]
    public async Task A_record_with_a_name_that_no_name_may_be_breaks_neither_the_queries_nor_the_removals_of_others()
    {
        var stores = await NewAsync();
        var odd = await RunAsync(stores, "d", "a", accuracy: 0.4, metric: "a\0b", value: 1);
        var other = await RunAsync(stores, "d", "a", accuracy: 0.5, also: r => r with { OutputModelName = "m" });

        Assert.Equal([other, odd], (await stores.Runs.QueryAsync(new RunQuery { OrderBy = "accuracy" }, Cancel)).Select(r => r.Job));
        Assert.Equal([other], (await stores.Runs.QueryAsync(new RunQuery { ModelName = "m" }, Cancel)).Select(r => r.Job));

        await stores.Jobs.RemoveAsync([odd, other], _fence!.Value, Cancel);

        Assert.Null(await stores.Jobs.ReadAsync(odd, Cancel));
        Assert.Equal([other, odd], (await stores.Runs.QueryAsync(new RunQuery { OrderBy = "accuracy" }, Cancel)).Select(r => r.Job));
    }

    [Fact]
    public async Task Removed_metrics_are_gone_and_those_of_other_jobs_stay()
    {
        var metrics = (await NewAsync()).Metrics;
        var other = Attempt with { Attempt = new AttemptId(new JobId(8), 1) };
        await metrics.AppendAsync(Attempt, 0, [Line(1, 1, ("x", 1))], End(1), Cancel);
        await metrics.AppendAsync(other, 0, [Line(1, 1, ("x", 1))], End(1), Cancel);

        await metrics.RemoveAsync(new JobId(7), Cancel);
        await metrics.RemoveAsync(new JobId(7), Cancel);

        Assert.Empty(await metrics.ListAsync(new JobId(7), Cancel));
        Assert.Empty(await ReadAsync(metrics, "x"));
        Assert.Single(await metrics.ListAsync(new JobId(8), Cancel));
    }

    [Fact]
    public async Task Whatever_is_added_in_whatever_batches_reads_as_it_was_printed()
    {
        var metrics = (await NewAsync()).Metrics;
        var jobs = 100;
        await Gen.Select(Gen.Int[1, 4], Gen.Int[0, 60]).Array[1, 12].SampleAsync(async batches =>
        {
            var attempt = Attempt with { Attempt = new AttemptId(new JobId(Interlocked.Increment(ref jobs)), 1) };
            var expected = new Dictionary<string, List<double>>();
            var printed = 0;
            foreach (var (names, count) in batches)
            {
                var lines = new List<MetricLine>();
                for (var i = 0; i < count; i++)
                {
                    printed++;
                    var values = Enumerable.Range(0, names).Select(n => ($"m{(n + printed) % 5}", (double)printed)).DistinctBy(v => v.Item1).ToArray();
                    lines.Add(Line(printed, printed, values));
                    foreach (var (name, value) in values)
                    {
                        (expected.TryGetValue(name, out var series) ? series : expected[name] = []).Add(value);
                    }
                }

                await metrics.AppendAsync(attempt, 0, lines, End(printed), Cancel);
            }

            foreach (var (name, values) in expected)
            {
                Assert.Equal(values, (await metrics.ReadAsync(new MetricName(attempt.Attempt.Job, 1, 0, name), MetricRange.All(0), Cancel)).Select(p => p.Value));
            }
        }, iter: 30, threads: 2);
    }

    private static MetricLine Line(long at, double? step, params (string Name, double Value)[] values) =>
        new(End(at), step, values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal));

    private static OutputPosition End(long at) => new(at, 1);

    private static MetricName Name(string name) => new(new JobId(7), 2, 0, name);

    private async Task<List<(double Step, double Value, long At)>> ReadAsync(IMetricStore metrics, string name) =>
        [.. (await metrics.ReadAsync(Name(name), MetricRange.All(0), Cancel)).Select(p => (p.Step, p.Value, p.Timestamp))];
}
