using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Tests.Tracking;

namespace Orca.Training.Tests.Client;

/// <summary>What is on record of a request, whatever its caller gave or does afterwards.</summary>
public sealed class SubmittedRequestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_caller_who_goes_on_to_change_the_parameters_changes_no_job() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time);
        var parameters = new Dictionary<string, string> { ["LR"] = "0.1" };
        var labels = new Dictionary<string, string> { ["team"] = "a" };
        var job = await host.Client.TrainAsync(
            new TrainingRequest { Algorithm = "a", DatasetId = "d", Parameters = parameters, Labels = labels }, Cancel);

        parameters["LR"] = "0.2";
        labels.Clear();

        var recorded = (await host.Client.GetTrainingStatusAsync(job, Cancel)).Request;
        Assert.Equal("0.1", recorded.Parameters["LR"]);
        Assert.Equal("a", recorded.Labels["team"]);
    });

    [Fact]
    public Task What_a_caller_gives_as_null_counts_as_not_given() => VirtualTime.RunAsync(
        async time =>
        {
            await using var host = await TestHost.StartAsync(time);
            var request = new TrainingRequest
            {
                Algorithm = "a", DatasetId = "d", DatasetVersion = null!, Name = null!, OutputModelName = null!, Parameters = null!, Labels = null!,
            };

            var status = await host.FinishAsync(await host.Client.TrainAsync(request, Cancel));

            Assert.Equal(JobState.Succeeded, status.State);
            Assert.Empty(status.Request.Parameters);
            Assert.Equal("", status.Request.Name);
        },
        TimeSpan.FromHours(1));
}
