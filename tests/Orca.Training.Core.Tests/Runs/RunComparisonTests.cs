using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.Core.Tests.Runs;

/// <summary>Runs side by side.</summary>
public sealed class RunComparisonTests
{
    [Fact]
    public void What_differs_is_told_run_by_run_and_what_is_the_same_is_left_out()
    {
        var first = RunOf(1, "sha256:ab", new() { ["LR"] = "0.1", ["EPOCHS"] = "3" }, new() { ["loss"] = 0.5 });
        var second = RunOf(2, "sha256:cd", new() { ["LR"] = "0.01", ["EPOCHS"] = "3", ["WARMUP"] = "" }, new() { ["loss"] = 0.4, ["accuracy"] = 0.9 });

        var both = RunComparison.Of([first, second]);

        Assert.Equal(["image_digest", "parameters[LR]", "parameters[WARMUP]"], both.Differences.Keys);
        Assert.Equal(["sha256:ab", "sha256:cd"], both.Differences["image_digest"]);
        Assert.Equal(["0.1", "0.01"], both.Differences["parameters[LR]"]);
        Assert.Equal([null, ""], both.Differences["parameters[WARMUP]"]);
        Assert.Equal(["accuracy", "loss"], both.Metrics.Keys);
        Assert.Equal([null, 0.9], both.Metrics["accuracy"]);
        Assert.Equal([0.5, 0.4], both.Metrics["loss"]);
    }

    [Fact]
    public void What_was_asked_for_stands_where_what_was_executed_is_not_known()
    {
        var known = RunOf(1, "sha256:ab", new() { ["LR"] = "0.1" }, []);
        var unknown = known with { Job = new JobId(2), Execution = null, Request = known.Request with { Parameters = new Dictionary<string, string> { ["LR"] = "0.2" } } };

        var both = RunComparison.Of([known, unknown]);

        Assert.Equal(["sha256:ab", null], both.Differences["image_digest"]);
        Assert.Equal(["train", null], both.Differences["command"]);
        Assert.Equal(["0.1", "0.2"], both.Differences["parameters[LR]"]);
    }

    [Fact]
    public void One_run_or_none_differs_in_nothing()
    {
        Assert.Empty(RunComparison.Of([RunOf(1, "sha256:ab", new() { ["LR"] = "0.1" }, [])]).Differences);
        Assert.Empty(RunComparison.Of([]).Metrics);
    }

    private static Run RunOf(long job, string digest, Dictionary<string, string> parameters, Dictionary<string, double> metrics) => new()
    {
        Job = new JobId(job),
        Request = new TrainingRequest { Algorithm = "cnn", DatasetId = "digits", DatasetVersion = "0a1b" },
        State = JobState.Succeeded,
        Execution = new Execution("image", digest, ["train"], parameters),
        Metrics = metrics,
        SubmittedAt = DateTimeOffset.UnixEpoch,
    };
}
