using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Sqlite.Tests;

/// <summary>Submissions that are repeated by their keys after the host that took them is gone.</summary>
public sealed class RepeatedSubmissionTests : IDisposable
{
    private static readonly TrainingRequest Request = new() { Algorithm = "a", DatasetId = "d" };
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_key_and_a_batch_are_the_same_after_a_restart()
    {
        var file = _folder.NewFile();
        var keyed = Request with { IdempotencyKey = "k", Labels = new Dictionary<string, string> { ["team"] = "vision" } };
        var (job, group) = await OnHostAsync(file, SubmitAsync);

        var (jobAgain, groupAgain) = await OnHostAsync(file, SubmitAsync);

        Assert.Equal(job, jobAgain);
        Assert.Equal((group.Name, $"{string.Join(' ', group.Jobs)}"), (groupAgain.Name, $"{string.Join(' ', groupAgain.Jobs)}"));
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => OnHostAsync(file, client => client.TrainAsync(keyed with { Name = "n" }, Cancel)));
        Assert.Equal(TrainingError.AlreadyExists, refusal.Error);
        Assert.Equal(4, await OnHostAsync(file, client => client.ListAllTrainingsAsync(new TrainingQuery(), Cancel).CountAsync(Cancel).AsTask()));

        async Task<(JobId, TrainingGroup)> SubmitAsync(ITrainingClient client) =>
            (await client.TrainAsync(keyed, Cancel), await client.TrainAllAsync([Request, Request, Request], idempotencyKey: "b", cancellationToken: Cancel));
    }

    private static async Task<T> OnHostAsync<T>(string file, Func<ITrainingClient, Task<T>> call)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image"))
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeFiles().UseSqlite($"Data Source={file}");
        using var host = builder.Build();
        await host.StartAsync(Cancel);
        var answer = await call(host.Services.GetRequiredService<ITrainingClient>());
        await host.StopAsync(Cancel);
        return answer;
    }
}
