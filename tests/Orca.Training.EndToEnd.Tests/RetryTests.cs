using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>Attempts of one job on the real engine: each has its own container and log, and finds what the one before it saved.</summary>
public sealed class RetryTests
{
    private const string Resuming = """
        step=$(cat "$ORCA_CHECKPOINT_PATH/step" 2>/dev/null || echo 0)
        echo "attempt $ORCA_ATTEMPT goes on after step $step"
        echo $((step + 1)) > "$ORCA_CHECKPOINT_PATH/step"
        echo "$ORCA_ATTEMPT" > "$ORCA_OUTPUT_PATH/by"
        [ "$step" -eq 2 ] || exit 9
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FolderDelivery.Mount)]
    [InlineData(FolderDelivery.Copy)]
    public async Task A_retry_goes_on_from_the_checkpoint_of_the_attempt_before(FolderDelivery delivery)
    {
        await using var service = await Service.StartAsync(docker: o => o.Delivery = delivery);
        var job = await service.Client.TrainAsync(
            new TrainingRequest
            {
                Algorithm = "shell",
                DatasetId = "numbers",
                Parameters = new Dictionary<string, string> { ["SCRIPT"] = Resuming },
                Retries = new RetryPolicy { MaxRetries = 5, FirstPause = TimeSpan.FromMilliseconds(10) },
            },
            Cancel);

        var status = await service.FinishAsync(job);

        Assert.True(status.State is JobState.Succeeded, status.Message);
        Assert.Equal(3, status.Attempt);
        Assert.Equal("3\n", await File.ReadAllTextAsync(Assert.Single(status.Artifacts).Location.LocalPath, Cancel));
        var lines = new List<string>();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await foreach (var line in service.Client.StreamLogsAsync(job, new() { Attempt = attempt }, Cancel))
            {
                lines.Add(line.Text);
            }
        }

        Assert.Equal(["attempt 1 goes on after step 0", "attempt 2 goes on after step 1", "attempt 3 goes on after step 2"], lines);
    }
}
