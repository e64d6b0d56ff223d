using System.Security.Cryptography;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>Trainings on the real engine, seen through the remote client.</summary>
public sealed class TrainingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_training_leaves_is_published_with_its_hash_and_nothing_else_stays()
    {
        await using var service = await Service.StartAsync();

        var status = await service.FinishAsync(await service.RunAsync("""cat "$TRAINING_DATA_PATH/numbers.txt" > "$ORCA_OUTPUT_PATH/model.pt"; echo '{"orca":"artifact","name":"model.pt","size":5}'"""));

        Assert.True(status.State is JobState.Succeeded, status.Message);
        var model = Assert.Single(status.Artifacts);
        Assert.Equal(("model.pt", 5L, Convert.ToHexStringLower(SHA256.HashData("1 2 3"u8))), (model.Name, model.Size, model.Sha256));
        Assert.Equal("1 2 3", await File.ReadAllTextAsync(model.Location.LocalPath, Cancel));
    }

    [Fact]
    public async Task Progress_comes_while_it_trains()
    {
        await using var service = await Service.StartAsync();
        var job = await service.RunAsync("""echo '{"orca":"progress","done":1,"total":2}'; while [ ! -e "$ORCA_CHECKPOINT_PATH/go" ]; do sleep 0.05; done""");

        var status = await service.WaitAsync(job, s => s.Progress.Done is 1);

        Assert.Equal(JobState.Running, status.State);
        var checkpoint = Directory.GetDirectories(service.DataFolder, "checkpoint", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(Path.Combine(checkpoint, "go"), "", Cancel);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(job)).State);
    }

    [Fact]
    public async Task A_parameter_reaches_the_container_and_a_reserved_one_is_refused()
    {
        await using var service = await Service.StartAsync();
        var request = new TrainingRequest { Algorithm = "shell", DatasetId = "numbers" };

        var refused = await Assert.ThrowsAsync<TrainingException>(() => service.Client.TrainAsync(
            request with { Parameters = new Dictionary<string, string> { ["LD_PRELOAD"] = "/tmp/x.so" } }, Cancel));
        var job = await service.Client.TrainAsync(
            request with { Parameters = new Dictionary<string, string> { ["SCRIPT"] = "[ \"$LR\" = 0.5 ] && [ \"$ALGORITHM_NAME\" = shell ]", ["LR"] = "0.5" } }, Cancel);

        Assert.Equal("parameters[LD_PRELOAD]", Assert.Single(refused.Violations).Field);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(job)).State);
    }

    [Fact]
    public async Task A_running_training_is_cancelled_by_a_signal_that_it_can_handle()
    {
        await using var service = await Service.StartAsync();
        var job = await service.RunAsync("""trap 'echo bye; exit 7' TERM; echo '{"orca":"progress","done":1,"total":2}'; while :; do sleep 0.05; done""");
        await service.WaitAsync(job, s => s.Progress.Done is 1);

        await service.Client.CancelTrainingAsync(job, Cancel);

        var status = await service.FinishAsync(job);
        Assert.Equal((JobState.Cancelled, 7), (status.State, status.Outcome!.ExitCode));
    }

    [Fact]
    public async Task A_broken_dataset_file_is_refused_with_its_line_and_nothing_is_stored()
    {
        await using var service = await Service.StartAsync();
        var file = Path.Combine(service.DataFolder, "train.csv");
        await File.WriteAllTextAsync(file, "turn on the light,light_on\nturn it off,\n", Cancel);

        var error = await Assert.ThrowsAsync<Orca.Training.Datasets.DatasetException>(
            () => Orca.Training.Datasets.Intents.IntentDataset.AddIntentFilesAsync(service.Datasets, "intents", file, cancellationToken: Cancel));

        Assert.Equal(2, error.Line);
        var refused = await Assert.ThrowsAsync<TrainingException>(
            () => service.Client.TrainAsync(new TrainingRequest { Algorithm = "shell", DatasetId = "intents" }, Cancel));
        Assert.Equal("dataset_id", Assert.Single(refused.Violations).Field);
    }
}
