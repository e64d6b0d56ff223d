using System.Text;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.Tests.Client;

/// <summary>What a call becomes on record is bounded, whatever its characters and its grid make of it.</summary>
public sealed class SizeRuleTests
{
    private static readonly RequestLimits Limits = new();
    private static readonly RequestValidator Rules = new(Limits, ["a"], 1);
    private static readonly TrainingRequest Good = new() { Algorithm = "a", DatasetId = "d" };

    [Fact]
    public void A_request_that_is_taken_becomes_no_more_on_record_than_its_limit()
    {
        var chance = new Random(7);
        var (taken, refused) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var request = Any(chance);
            var document = Encoding.UTF8.GetByteCount(JobDocument.Write(new Job { Id = new JobId(1), Request = request, SubmittedAt = DateTimeOffset.UnixEpoch }));
            if (Rules.Check(request).Count == 0)
            {
                taken++;
                Assert.InRange(document, 0, Limits.RequestBytes + 1024);
            }
            else
            {
                refused++;
                Assert.InRange(document, Limits.RequestBytes - 4096, int.MaxValue);
            }
        }

        Assert.InRange(taken, 30, 270);
        Assert.InRange(refused, 30, 270);
    }

    [Fact]
    public void A_sweep_that_is_taken_becomes_no_more_on_record_than_a_call_may()
    {
        // A call of this size is large enough for half of the sweeps.
        var limits = new RequestLimits { CallBytes = 1 << 20 };
        var rules = new RequestValidator(limits, ["a"], 1);
        var chance = new Random(8);
        var (taken, refused) = (0, 0);
        for (var i = 0; i < 100; i++)
        {
            var grid = Enumerable.Range(0, chance.Next(1, 4)).Select(p => new SweepParameter($"G{p}", [.. Enumerable.Range(0, chance.Next(1, 11)).Select(v => v + Text(chance, chance.Next(2000)))]));
            var sweep = new TrainingSweep { Request = Any(chance) with { Parameters = new Dictionary<string, string> { ["P"] = Text(chance, 4000) } }, Grid = [.. grid] };
            var found = new List<FieldViolation>();
            SweepExpansion.Check(sweep, rules, found);
            if (found.Count > 0)
            {
                refused++;
                continue;
            }

            // Their names come on top.
            taken++;
            Assert.InRange(SweepExpansion.Expand(sweep, limits.NameLength).Sum(r => RecordSize.Of(r, 0)), 0, limits.CallBytes + (SweepExpansion.CountOf(sweep) * 6 * limits.NameLength));
        }

        Assert.InRange(taken, 10, 90);
        Assert.InRange(refused, 10, 90);
    }

    [Fact]
    public void What_120_parameters_of_one_control_character_become_is_counted_and_not_what_they_are()
    {
        var sweep = new TrainingSweep
        {
            Request = Good with { Parameters = Enumerable.Range(0, 120).ToDictionary(i => $"P{i}", _ => new string('\u0001', 4096)) },
            Grid = [new("N", [.. Enumerable.Range(0, 100).Select(i => $"{i}")])],
        };
        var found = new List<FieldViolation>();

        SweepExpansion.Check(sweep, Rules, found);

        Assert.Equal("parameters", Assert.Single(found).Field);
        Assert.Equal("parameters", Assert.Single(Rules.Check(sweep.Request)).Field);
    }

    [Fact]
    public void Retries_are_as_many_as_a_record_has_room_for_what_each_executes_also_where_the_algorithm_says_them()
    {
        var request = Good with { Parameters = Enumerable.Range(0, 30).ToDictionary(i => $"P{i}", _ => new string('v', 4000)) };
        var own = new RequestValidator(Limits, ["a"], 1, new Dictionary<string, AlgorithmDefaults> { ["a"] = new(null, new RetryPolicy { MaxRetries = 100 }) });

        Assert.Empty(Rules.Check(request with { Retries = new RetryPolicy { MaxRetries = 20 } }));
        Assert.Equal("retries.max_retries", Assert.Single(Rules.Check(request with { Retries = new RetryPolicy { MaxRetries = 100 } })).Field);
        Assert.Equal("retries.max_retries", Assert.Single(own.Check(request)).Field);
        Assert.Empty(own.Check(Good));
    }

    private static TrainingRequest Any(Random chance) => Good with
    {
        Name = "name" + Text(chance, chance.Next(20)).Replace('\u0001', 'x'),
        Parameters = Enumerable.Range(0, chance.Next(0, 60)).ToDictionary(i => $"P{i}", _ => Text(chance, chance.Next(4096))),
        Labels = Enumerable.Range(0, chance.Next(0, 10)).ToDictionary(i => $"l{i}", _ => Text(chance, chance.Next(100)).Replace('\u0001', 'x')),
    };

    private static string Text(Random chance, int length) => new("a\"\\\u0001\u4e2dü"[chance.Next(6)], length);
}
