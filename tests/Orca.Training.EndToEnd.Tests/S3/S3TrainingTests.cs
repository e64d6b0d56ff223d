using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Artifacts;
using Orca.Training.Client;
using Orca.Training.Datasets.Intents;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests.S3;

/// <summary>The same trainings as ever with datasets, models and checkpoints on a real S3 server, which the containers reach by themselves.</summary>
public sealed class S3TrainingTests(S3TestServerWithNetwork s3) : IClassFixture<S3TestServerWithNetwork>
{
    private const string Algorithm = "intent-classification";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ContainerCredentials.Temporary, DatasetDelivery.Direct)]
    [InlineData(ContainerCredentials.PresignedUrls, DatasetDelivery.Direct)]
    [InlineData(ContainerCredentials.Temporary, DatasetDelivery.Cached)]
    public async Task A_container_reads_its_dataset_and_leaves_its_model_on_the_server(ContainerCredentials credentials, DatasetDelivery datasets)
    {
        await using var service = await StartAsync(o =>
        {
            o.Credentials = credentials;
            o.Datasets = datasets;
        });

        var status = await TrainAsync(service);

        Assert.True(status.State is JobState.Succeeded, status.Message);
        Assert.Equal(["labels.csv", "manifest.json", "model.pt"], status.Artifacts.Select(a => a.Name));
        var model = status.Artifacts[^1];
        Assert.Equal("s3", model.Location.Scheme);
        await using var stream = await service.Services.GetRequiredService<IArtifactStore>().OpenAsync(model, 0, Cancel);
        Assert.Equal(model.Sha256, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Cancel)));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_model_on_a_server_and_in_folders()
    {
        await using var remote = await StartAsync(_ => { });
        await using var local = await Service.StartAsync(AddAlgorithms);

        var there = await TrainAsync(remote);
        var here = await TrainAsync(local);

        Assert.Equal(here.Artifacts[^1].Sha256, there.Artifacts[^1].Sha256);
    }

    private Task<Service> StartAsync(Action<MinioOptions> minio) => S3Services.StartAsync(s3, minio, AddAlgorithms);

    private static void AddAlgorithms(OrcaTrainingOptions options) => options.AddAlgorithm(Algorithm, "orca-training/intent-classification:latest");

    private static async Task<TrainingStatus> TrainAsync(Service service)
    {
        var samples = Path.Combine(Repository.Folder, "samples", "data", "intents");
        await service.Datasets.AddIntentFilesAsync("intents", Path.Combine(samples, "train.csv"), testPath: Path.Combine(samples, "test.csv"), cancellationToken: Cancel);
        var job = await service.Client.TrainAsync(
            new TrainingRequest { Algorithm = Algorithm, DatasetId = "intents", Parameters = new Dictionary<string, string> { ["EPOCHS"] = "4" } }, Cancel);
        return await service.FinishAsync(job);
    }
}
