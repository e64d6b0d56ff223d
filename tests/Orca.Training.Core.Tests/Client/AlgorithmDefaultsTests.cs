using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Tests.Tracking;

namespace Orca.Training.Tests.Client;

/// <summary>What an algorithm's settings say for requests that do not.</summary>
public sealed class AlgorithmDefaultsTests
{
    private static readonly TrainingRequest Request = new() { Algorithm = "a", DatasetId = "d" };

    private static readonly AlgorithmDefaults Defaults = new(
        new TrainingTimeouts { Queued = TimeSpan.FromSeconds(1), Running = TimeSpan.FromSeconds(2) }, new RetryPolicy { MaxRetries = 3 });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_a_request_leaves_out_is_filled_in()
    {
        var filled = Defaults.FillIn(Request);

        Assert.Equal((Defaults.Timeouts, Defaults.Retries), (filled.Timeouts, filled.Retries));
    }

    [Fact]
    public void What_it_says_stays_and_each_time_limit_is_looked_at_for_itself()
    {
        var own = new TrainingTimeouts { Running = TimeSpan.FromHours(1), NoProgress = TimeSpan.FromMinutes(1) };

        var filled = Defaults.FillIn(Request with { Timeouts = own, Retries = RetryPolicy.None });

        Assert.Equal(own with { Queued = TimeSpan.FromSeconds(1) }, filled.Timeouts);
        Assert.Same(RetryPolicy.None, filled.Retries);
    }

    [Fact]
    public void Where_there_is_nothing_to_fill_in_the_request_is_no_other()
    {
        Assert.Same(Request, AlgorithmDefaults.None.FillIn(Request));
        var full = Defaults.FillIn(Request);
        Assert.Same(full, Defaults.FillIn(full));
    }

    [Fact]
    public Task A_job_keeps_the_settings_of_its_submission() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, options: o => o.AddAlgorithm("b", "image", a =>
        {
            a.Timeouts.NoProgress = TimeSpan.FromMinutes(30);
            a.Retries.MaxRetries = 2;
            a.Retries.On.Add("Lost");
        }));

        var status = await host.Client.GetTrainingStatusAsync(await host.Client.TrainAsync(Request with { Algorithm = "b" }, Cancel), Cancel);
        var plain = await host.Client.GetTrainingStatusAsync(await host.Client.TrainAsync(Request, Cancel), Cancel);

        Assert.Equal(new TrainingTimeouts { NoProgress = TimeSpan.FromMinutes(30) }, status.Request.Timeouts);
        Assert.Equal((2, OutcomeCode.Lost), (status.Request.Retries!.MaxRetries, Assert.Single(status.Request.Retries.On)));
        Assert.Equal((null, null), (plain.Request.Timeouts, plain.Request.Retries));
    });
}
