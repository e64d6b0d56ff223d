using Orca.Training.Client;
using Orca.Training.Datasets.Intents;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>The training image through the service.</summary>
public sealed class IntentClassifierTests
{
    private const string Algorithm = "intent-classification";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_seed_gives_the_same_model_through_the_service()
    {
        var samples = Path.Combine(Repository.Folder, "samples", "data", "intents");

        var first = await TrainAsync(Path.Combine(samples, "train.csv"), Path.Combine(samples, "test.csv"), ("EPOCHS", "4"));
        var second = await TrainAsync(Path.Combine(samples, "train.csv"), Path.Combine(samples, "test.csv"), ("EPOCHS", "4"));

        Assert.Equal(["labels.csv", "manifest.json", "model.pt"], first.Artifacts.Select(a => a.Name));
        Assert.Equal(first.Artifacts[^1].Sha256, second.Artifacts[^1].Sha256);
    }

    [Fact]
    public async Task A_bad_hyperparameter_fails_with_the_images_own_sentence()
    {
        var samples = Path.Combine(Repository.Folder, "samples", "data", "intents");

        var status = await TrainAsync(Path.Combine(samples, "train.csv"), test: null, ("EPOCHS", "many"));

        Assert.Equal((JobState.Failed, 2), (status.State, status.Outcome!.ExitCode));
        Assert.Contains("EPOCHS", status.Message, StringComparison.Ordinal);
        Assert.Contains("many", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_CLINC150_the_model_is_right_in_93_of_100_sentences_that_it_never_saw_after_16_passes_over_the_training_data()
    {
        var train = Repository.SharedData("clinc150/train-in-scope.csv");
        var test = Repository.SharedData("clinc150/validation-in-scope.csv");
        Assert.SkipWhen(train is null || test is null, "CLINC150 does not lie beside the repository (../shared/data/clinc150).");

        // A seed that no setting was chosen by.
        var status = await TrainAsync(train!, test, ("SEED", "20261"));

        Assert.True(status.State is JobState.Succeeded, status.Message);
        Assert.InRange(status.Progress.Metrics["test_accuracy"], 0.93, 1);
        Assert.Equal(16, status.Progress.Metrics["epoch"]);
    }

    private static async Task<TrainingStatus> TrainAsync(string train, string? test, params (string Name, string Value)[] parameters)
    {
        await using var service = await Service.StartAsync(o => o.AddAlgorithm(Algorithm, "orca-training/intent-classification:latest"));
        await service.Datasets.AddIntentFilesAsync("intents", train, testPath: test, cancellationToken: Cancel);
        var job = await service.Client.TrainAsync(
            new TrainingRequest { Algorithm = Algorithm, DatasetId = "intents", Parameters = parameters.ToDictionary(p => p.Name, p => p.Value) }, Cancel);
        return await service.FinishAsync(job);
    }
}
