using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests.Exits;

/// <summary>One training of the matrix, and what can be done to it.</summary>
internal sealed class Scene(ITrainingClient client, string dataFolder, string? engine, JobId job)
{
    /// <summary>Prints what <see cref="BegunAsync"/> waits for.</summary>
    public const string Begins = """echo '{"orca":"progress","done":1,"total":2}'; """;

    /// <summary>Begins, and goes on when it is let go.</summary>
    public const string Waits = Begins + """while [ ! -e "$ORCA_CHECKPOINT_PATH/go" ]; do sleep 0.05; done; """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The same training, told of by another host.</summary>
    public Scene On(ITrainingClient next) => new(next, dataFolder, engine, job);

    public Task BegunAsync() => WaitAsync(s => s.Progress.Done is 1);

    public Task<TrainingStatus> FinishAsync() => WaitAsync(s => s.State.IsFinal());

    public async Task<TrainingStatus> WaitAsync(Func<TrainingStatus, bool> until)
    {
        TrainingStatus? last = null;
        await foreach (var status in client.WatchTrainingAsync(job, cancellationToken: Cancel))
        {
            last = status;
            if (until(status))
            {
                return status;
            }
        }

        throw new Xunit.Sdk.XunitException($"Training {job} ended as {last?.State}: {last?.Message}");
    }

    public Task CancelAsync() => client.CancelTrainingAsync(job, Cancel);

    /// <summary>Lets a training that waits go on.</summary>
    public Task LetGoAsync() => File.WriteAllTextAsync(Path.Combine(JobFolder, "checkpoint", "go"), "", Cancel);

    /// <summary>Deletes a dataset as a person on the host would: the snapshots' own folders are read-only.</summary>
    public Task DeleteDatasetAsync(string dataset)
    {
        DeleteDataset(dataFolder, dataset);
        return Task.CompletedTask;
    }

    public static void DeleteDataset(string dataFolder, string dataset) =>
        Files.DeleteReadOnly(new DirectoryInfo(Directory.GetDirectories(dataFolder, dataset, SearchOption.AllDirectories).Single()));

    /// <summary>Does something to its container, as a person on the machine would.</summary>
    public Task DockerAsync(params string[] command) =>
        Repository.RunAsync("docker", [.. command, $"orca-{Path.GetFileName(Path.GetDirectoryName(JobFolder))}-{job}-1-0"], Repository.Folder, engine, Cancel);

    private string JobFolder => Directory.GetDirectories(Path.Combine(dataFolder, "runs"), job.ToString(), new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).Single();
}
