using System.Reflection;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Tests.Client;

/// <summary>What two submissions have in common that ask for the same.</summary>
public sealed class FingerprintTests
{
    private static readonly TrainingRequest Least = new() { Algorithm = "a", DatasetId = "d" };

    private static readonly TrainingRequest All = new()
    {
        Algorithm = "a",
        DatasetId = "d",
        DatasetVersion = "v",
        Name = "n",
        OutputModelName = "m",
        Parameters = Map("A", "1", "B", "2"),
        Labels = Map("A", "1", "B", "2"),
        Workers = 2,
        Group = "g",
        IdempotencyKey = "k",
        DependsOn = [new JobId(1), new JobId(2)],
        IsHeld = true,
        Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromSeconds(1), Launching = TimeSpan.FromSeconds(1), Running = TimeSpan.FromSeconds(1), NoProgress = TimeSpan.FromSeconds(1) },
        Retries = new RetryPolicy { MaxRetries = 1, On = [OutcomeCode.Lost, OutcomeCode.Killed] },
    };

    [Fact]
    public void It_is_kept_with_jobs_and_so_stays_what_it_was()
    {
        Assert.Equal("a43d5c3f41c5781d4f37eef7576a0b6211b9cfbdc5ded7c8c10800bb6fd24f2c", Fingerprint.Of(Least));
        Assert.Equal("f043c6c8134fefee4ead353185919af3733ad88fe5ecbd1366cbdbba6780e917", Fingerprint.Of(All));
    }

    [Fact]
    public void The_order_of_a_map_says_nothing_and_what_is_left_out_is_what_it_stands_for()
    {
        var other = All with { Parameters = Map("B", "2", "A", "1"), Labels = Map("B", "2", "A", "1") };

        Assert.Equal(Fingerprint.Of(All), Fingerprint.Of(other));
        Assert.Equal(Fingerprint.Of(Least), Fingerprint.Of(Least with { Timeouts = new TrainingTimeouts(), Name = "", Workers = 1, Parameters = new Dictionary<string, string>() }));
    }

    [Fact]
    public void No_field_of_a_request_is_left_out()
    {
        // Each at its default in one request and not in the other: a field that is new and forgotten makes no difference, and is found here.
        var all = All with { InputModel = "m:1", RerunOf = new JobId(3), Pool = "p", Priority = 1, Resources = Asked };
        Assert.All(FieldsOf(all), f => Assert.NotEqual(Fingerprint.Of(all), Fingerprint.Of(f.With(all, Other))));
        Assert.All(FieldsOf(All.Timeouts!), f => Assert.NotEqual(Fingerprint.Of(All), Fingerprint.Of(All with { Timeouts = f.With(All.Timeouts!, new()) })));
        Assert.All(FieldsOf(Asked), f => Assert.NotEqual(Fingerprint.Of(all), Fingerprint.Of(all with { Resources = f.With(Asked, new()) })));
        Assert.All(FieldsOf(Patient), f => Assert.NotEqual(Fingerprint.Of(All with { Retries = Patient }), Fingerprint.Of(All with { Retries = f.With(Patient, new()) })));
    }

    [Fact]
    public void Whatever_is_asked_for_otherwise_makes_another_one()
    {
        var (timeouts, retries) = (All.Timeouts!, All.Retries!);
        TrainingRequest[] requests =
        [
            Least, Least with { Retries = RetryPolicy.None }, All, All with { Algorithm = "b" }, All with { DatasetId = "e" }, All with { DatasetVersion = "" },
            All with { Name = "" }, All with { OutputModelName = "" }, All with { Name = "m", OutputModelName = "n" }, All with { Parameters = Map("A", "1") },
            All with { Parameters = Map("A", "2", "B", "1") }, All with { Parameters = Map("A", "1B2") }, All with { Labels = Map("A", "1") }, All with { Parameters = Map(), Labels = Map("A", "1", "B", "2", "C", "3") },
            All with { Workers = 3 }, All with { Group = null }, All with { Group = "k", IdempotencyKey = "g" }, All with { IdempotencyKey = "l" },
            All with { DependsOn = [new JobId(1)] }, All with { DependsOn = [new JobId(12)] }, All with { IsHeld = false }, All with { Timeouts = null },
            All with { Pool = "p" }, All with { Priority = 1 }, All with { Priority = -1 }, All with { Resources = Asked }, All with { Resources = Asked with { Gpus = 0 } },
            All with { Resources = new TrainingResources { Gpus = 1 } }, All with { Resources = new TrainingResources { MemoryMiB = 1 } },
            All with { Timeouts = timeouts with { Queued = null } }, All with { Timeouts = timeouts with { Launching = null } }, All with { Timeouts = timeouts with { Running = null } },
            All with { Timeouts = timeouts with { NoProgress = null } }, All with { Timeouts = timeouts with { Queued = TimeSpan.FromTicks(1) } }, All with { Retries = null },
            All with { Retries = retries with { MaxRetries = 2 } }, All with { Retries = retries with { On = [OutcomeCode.Lost] } },
            All with { Retries = retries with { FirstPause = TimeSpan.Zero } }, All with { Retries = retries with { LongestPause = TimeSpan.FromHours(1) } },
        ];
        TrainingBatch[] batches =
        [
            new([Least], null, "k"), new([Least], "g", "k"), new([Least], null, "l"), new([Least, Least], null, "k"), new([Least, All], null, "k"), new([All, Least], null, "k"),
        ];
        TrainingSweep[] sweeps =
        [
            Sweep(P("A", ["1", "2"])), Sweep(P("A", ["2", "1"])), Sweep(P("A", ["1"]), P("B", ["2"])), Sweep(P("B", ["2"]), P("A", ["1"])), Sweep(P("A", ["12"])),
            Sweep(P("A", ["1", "2"])) with { Request = All },
        ];

        var fingerprints = requests.Select(Fingerprint.Of).Concat(batches.Select(Fingerprint.Of)).Concat(sweeps.Select(Fingerprint.Of)).ToList();

        Assert.Equal(fingerprints.Count, fingerprints.Distinct().Count());
        Assert.All(fingerprints, f => Assert.Equal(64, f.Length));
    }

    private static TrainingRequest Other => new() { Algorithm = "b", DatasetId = "e" };

    private static TrainingResources Asked => new() { Cpus = 0.5, MemoryMiB = 1, Gpus = 1, GpuKind = "k" };

    private static RetryPolicy Patient => new() { MaxRetries = 1, On = [OutcomeCode.Lost], FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromHours(1) };

    private static IEnumerable<Field> FieldsOf(object value) => value.GetType().GetProperties().Where(p => p.CanWrite).Select(p => new Field(p));

    /// <summary>A property, and a copy of a value with what another one has there.</summary>
    private sealed record Field(PropertyInfo Property)
    {
        public T With<T>(T value, T other)
            where T : notnull
        {
            var copy = (T)typeof(T).GetMethod("<Clone>$")!.Invoke(value, null)!;
            var another = Property.GetValue(other);
            Assert.NotEqual(another, Property.GetValue(value));
            Property.SetValue(copy, another);
            return copy;
        }
    }

    private static TrainingSweep Sweep(params SweepParameter[] grid) => new() { Request = Least, Grid = grid };

    private static SweepParameter P(string name, string[] values) => new(name, values);

    private static Dictionary<string, string> Map(params string[] namesAndValues) => namesAndValues.Chunk(2).ToDictionary(l => l[0], l => l[1]);
}
