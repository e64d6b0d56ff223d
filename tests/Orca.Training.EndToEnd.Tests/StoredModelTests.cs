using Orca.Training.Client;
using Orca.Training.Datasets.Intents;
using Orca.Training.EndToEnd.Tests.S3;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>What a training stored is used: judged, asked, downloaded, and made again, in folders and on S3.</summary>
public sealed class StoredModelTests(S3TestServerWithNetwork s3) : IClassFixture<S3TestServerWithNetwork>
{
    private const string Image = "orca-training/intent-classification:latest";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stored_model_is_judged_and_asked_by_jobs_and_made_again_by_a_rerun(bool isOnS3)
    {
        await using var service = isOnS3 ? await S3Services.StartAsync(s3, options: AddAlgorithms) : await Service.StartAsync(AddAlgorithms);
        var samples = Path.Combine(Repository.Folder, "samples", "data", "intents");
        await service.Datasets.AddIntentFilesAsync("intents", Path.Combine(samples, "train.csv"), testPath: Path.Combine(samples, "test.csv"), cancellationToken: Cancel);

        var trained = await RunAsync(service, new TrainingRequest
        {
            Algorithm = "train",
            DatasetId = "intents",
            OutputModelName = "banking",
            Parameters = new Dictionary<string, string> { ["EPOCHS"] = "4" },
        });
        var judged = await RunAsync(service, new TrainingRequest { Algorithm = "evaluate", DatasetId = "intents", InputModel = "banking" });
        var asked = await RunAsync(service, new TrainingRequest { Algorithm = "predict", DatasetId = "intents", InputModel = "banking:1" });
        var again = await service.FinishAsync(await service.Client.RerunAsync(trained.JobId, Cancel));

        Assert.Equal((1, "banking:1"), (trained.ModelVersion, judged.Request.InputModel));
        Assert.Equal(trained.Progress.Metrics["test_accuracy"], judged.Progress.Metrics["test_accuracy"]);
        Assert.Contains(asked.Artifacts, a => a.Name == "predictions.csv");
        await using (var predictions = await service.Client.Runs.OpenArtifactAsync(asked.JobId, "predictions.csv", cancellationToken: Cancel))
        {
            using var reader = new StreamReader(predictions);
            Assert.Equal(3, (await reader.ReadLineAsync(Cancel))!.Split(',').Length);
        }

        Assert.True(again.State is JobState.Succeeded, again.Message);
        Assert.Equal(2, again.ModelVersion);
        Assert.Equal(HashOf(trained), HashOf(again));
        Assert.Equal([2, 1], (await service.Client.Models.ListVersionsAsync("banking", Cancel)).Select(v => v.Version));
        await service.Client.Models.SetAliasAsync("banking", "production", 1, Cancel);
        await using var model = await service.Client.Models.OpenFileAsync("banking", "production", "model.pt", cancellationToken: Cancel);
        await model.CopyToAsync(Stream.Null, Cancel);
        Assert.NotEmpty(await service.Client.Runs.ListMetricsAsync(trained.JobId, Cancel));
    }

    private static void AddAlgorithms(OrcaTrainingOptions options)
    {
        options.AddAlgorithm("train", Image);
        options.AddAlgorithm("evaluate", Image, a => a.Command.Add("evaluate"));
        options.AddAlgorithm("predict", Image, a => a.Command.Add("predict"));
    }

    private static string HashOf(TrainingStatus status) => status.Artifacts.Single(a => a.Name == "model.pt").Sha256;

    private static async Task<TrainingStatus> RunAsync(Service service, TrainingRequest request)
    {
        var status = await service.FinishAsync(await service.Client.TrainAsync(request, Cancel));
        Assert.True(status.State is JobState.Succeeded, status.Message);
        return status;
    }
}
