using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Tests.Tracking;

namespace Orca.Training.Tests.Hosting;

public sealed class FakeStoresTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_scripted_training_leaves_can_be_listed_and_read() => await VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(
            time, _ => FakeTraining.Succeeds.Leaves("model.bin", [1, 2, 3]).Leaves("deep/labels ü.txt", Encoding.UTF8.GetBytes("a\nb")));

        var job = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", OutputModelName = "m" }, Cancel);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(job)).State);

        var run = await host.Client.Runs.GetAsync(job, Cancel);
        Assert.Equal([("deep/labels ü.txt", 3L), ("model.bin", 3L)], run.Artifacts.Select(a => (a.Name, a.Size)));
        Assert.Equal([2, 3], await ReadAsync(await host.Client.Models.OpenFileAsync("m", "", "model.bin", offset: 1, cancellationToken: Cancel)));
        Assert.Equal("a\nb", Encoding.UTF8.GetString(await ReadAsync(await host.Client.Runs.OpenArtifactAsync(job, "deep/labels ü.txt", cancellationToken: Cancel))));

        var store = host.Host.Services.GetRequiredService<IArtifactStore>();
        await store.RemoveAsync(await host.Store.GetInstallationAsync(Cancel), job, exceptAttempt: null, Cancel);
        await Assert.ThrowsAsync<ArtifactException>(() => store.OpenAsync(run.Artifacts[0], 0, Cancel));
    });

    [Fact]
    public Task A_scripted_training_that_announces_a_file_and_leaves_none_ends_as_a_real_one_does() => VirtualTime.RunAsync(async time =>
    {
        const string Line = """{"orca":"artifact","name":"model.bin"}""";
        var scripts = new Dictionary<string, FakeTraining>
        {
            ["none"] = FakeTraining.Succeeds.Prints(Line),
            ["another"] = FakeTraining.Succeeds.Prints(Line).Leaves("model.pt", [1]),
            ["it"] = FakeTraining.Succeeds.Prints(Line).Leaves("model.bin", [1]),
        };
        await using var host = await TestHost.StartAsync(time, request => scripts[request.DatasetId]);

        foreach (var (leaves, code) in new[] { ("none", OutcomeCode.ArtifactMissing), ("another", OutcomeCode.ArtifactMissing), ("it", OutcomeCode.Completed) })
        {
            var end = await host.FinishAsync(await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = leaves }, Cancel));
            Assert.Equal((leaves, code), (leaves, end.Outcome!.Code));
            Assert.Equal(code == OutcomeCode.ArtifactMissing, end.Outcome.Message == "The training announced 'model.bin', but left no such file.");
        }
    });

    [Fact]
    public async Task A_host_that_is_stopped_once_more_after_it_was_disposed_takes_no_harm()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeStores();
        var host = builder.Build();
        await host.StartAsync(Cancel);
        var services = host.Services.GetServices<IHostedService>().ToList();
        await host.StopAsync(Cancel);
        host.Dispose();

        await Task.WhenAll(services.Select(s => s.StopAsync(Cancel)));
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            using var all = new MemoryStream();
            await stream.CopyToAsync(all, Cancel);
            return all.ToArray();
        }
    }
}
