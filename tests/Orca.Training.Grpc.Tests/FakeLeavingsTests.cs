using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>An app that trains and loads its model from elsewhere is tested on the fakes, at a real server.</summary>
public sealed class FakeLeavingsTests
{
    private static CancellationToken Token => Patience.Token;

    [Fact]
    public async Task What_a_scripted_training_leaves_is_listed_and_downloaded_over_grpc_and_http()
    {
        var engine = new FakeContainerRuntime(TimeProvider.System);
        engine.Script(_ => FakeTraining.Succeeds.Leaves("model.bin", [1, 2, 3]).Leaves("deep/labels ü.txt", [4]));
        await using var host = await TrainingHost.StartAsync(
            builder => builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeRuntime(engine).UseFakeStores(),
            app => app.MapOrcaTraining());
        await using var client = host.Connect();

        var job = await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", OutputModelName = "m" }, Token);
        Assert.Equal(JobState.Succeeded, (await client.WatchTrainingAsync(job, cancellationToken: Token).LastAsync(Token)).State);

        var folder = Directory.CreateTempSubdirectory("orca-fake-").FullName;
        try
        {
            Assert.Equal(1, (await client.Models.DownloadFilesAsync("m", "", folder, Token)).Version);
            Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Path.Combine(folder, "model.bin"), Token));
            Assert.Equal([4], await File.ReadAllBytesAsync(Path.Combine(folder, "deep", "labels ü.txt"), Token));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        using var http = new HttpClient { BaseAddress = new Uri(host.Address, "/orca-training/") };
        Assert.Equal("deep/labels ü.txt\nmodel.bin\n", await http.GetStringAsync(new Uri("models/m/1/files", UriKind.Relative), Token));
        Assert.Equal([4], await http.GetByteArrayAsync(new Uri("models/m/1/files/deep/labels%20%C3%BC.txt", UriKind.Relative), Token));
        Assert.Equal([1, 2, 3], await http.GetByteArrayAsync(new Uri($"jobs/{job}/artifacts/model.bin", UriKind.Relative), Token));
    }
}
