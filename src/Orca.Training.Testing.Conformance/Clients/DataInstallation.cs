using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Datasets.Intents;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Metrics;
using Orca.Training.Models;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>A training service whose datasets and artifacts are folders, as a host has them, and a test in place of the tracker.</summary>
internal sealed class DataInstallation : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orca-data-");
    private readonly ServiceProvider _services;
    private Fence? _fence;

    /// <param name="replace">Puts other stores in place of the folders.</param>
    public DataInstallation(Action<IServiceCollection>? replace = null)
    {
        var services = new ServiceCollection().AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddOrcaTraining(options => options.AddAlgorithm("cnn", "image")).UseFakeStores().Services
            .AddSingleton<IDatasetStore>(new FolderDatasetStore(Path.Combine(_folder.FullName, "datasets")))
            .AddSingleton<IArtifactStore>(new FolderArtifactStore(Path.Combine(_folder.FullName, "runs")));
        replace?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public ITrainingClient Client => _services.GetRequiredService<ITrainingClient>();

    public ITrainingClientFactory Clients => _services.GetRequiredService<ITrainingClientFactory>();

    /// <summary>What the trainings of this installation executed.</summary>
    public static Execution Executed => new("image", "sha256:ab", ["train", "--fast"], new Dictionary<string, string> { ["LR"] = "0.1", ["EPOCHS"] = "3" });

    private IJobStore Store => _services.GetRequiredService<IJobStore>();

    private static CancellationToken Token => Patience.Token;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static DatasetFile File(string name, string content) =>
        new(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(content))));

    public static CsvSource Csv(string name, string content) => new(name, File(name, content).Open);

    public async Task<Job> ReadAsync(JobId job) => (await Store.ReadAsync(job, Token))!.Value.Job;

    /// <summary>Trains a model up to its success.</summary>
    /// <param name="loss">Its last loss.</param>
    /// <param name="model">The model's name; empty for none.</param>
    /// <param name="files">What it leaves.</param>
    public Task<JobId> TrainAsync(double loss = 0.5, string model = "", params (string Name, byte[] Content)[] files) => TrainAsync(Client, loss, model, files);

    /// <summary>The same, submitted by somebody.</summary>
    public async Task<JobId> TrainAsync(ITrainingClient submitter, double loss, string model, params (string Name, byte[] Content)[] files)
    {
        var dataset = await Client.Datasets.AddAsync("digits", [File("examples.csv", "one")], Token);
        var job = await submitter.TrainAsync(new TrainingRequest { Algorithm = "cnn", DatasetId = dataset.DatasetId, OutputModelName = model }, Token);
        await RunAsync(job, Executed);
        var attempt = await AttemptOfAsync(job);
        var artifacts = _services.GetRequiredService<IArtifactStore>();
        var output = (await artifacts.PrepareAsync(attempt, Token)).Output.LocalPath;
        foreach (var (name, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(output, name))!);
            await System.IO.File.WriteAllBytesAsync(Path.Combine(output, name), content, Token);
        }

        var left = await artifacts.CollectAsync(attempt, [], Token);
        int? version = model.Length > 0 ? await _services.GetRequiredService<IModelStore>().ReserveAsync(model, job, Token) : null;
        var progress = new TrainingProgress { Metrics = new Dictionary<string, double> { ["loss"] = loss } };
        await DecideAsync(new JobCommand.Publish(job, 1, left, progress, Now) { ModelVersion = version });
        return job;
    }

    /// <summary>Submits past the door, as a version of the packages did whose rules were others, and trains up to a success that leaves whatever is said.</summary>
    public async Task<JobId> LeaveAsync(TrainingRequest request, IReadOnlyList<Artifact> artifacts, IReadOnlyDictionary<string, double>? metrics = null, int attempts = 1, string? user = null)
    {
        var result = (await Store.ApplyAsync([new JobCommand.Submit(request.DatasetVersion.Length > 0 ? request : request with { DatasetVersion = new string('a', 64) }, user, Now)], fence: null, Token))[0];
        var job = result.Job!.Id;
        var executed = Executed with { Parameters = request.Parameters };
        for (var attempt = 1; attempt <= attempts; attempt++)
        {
            await DecideAsync(new JobCommand.BeginAttempt(job, attempt, "machine", Now));
            await DecideAsync(new JobCommand.BeginRunning(job, attempt, ["container"], Now) { Execution = executed });
            if (attempt < attempts)
            {
                await DecideAsync(new JobCommand.Retry(job, attempt, new Outcome(OutcomeCode.Lost, "It went away.", null), "It is tried again.", null, Now, Now));
            }
        }

        int? version = request.OutputModelName.Length > 0 ? await _services.GetRequiredService<IModelStore>().ReserveAsync(request.OutputModelName, job, Token) : null;
        var progress = new TrainingProgress { Metrics = metrics ?? new Dictionary<string, double>() };
        await DecideAsync(new JobCommand.Publish(job, attempts, artifacts, progress, Now) { ModelVersion = version });
        return job;
    }

    /// <summary>Starts a queued job.</summary>
    public async Task RunAsync(JobId job, Execution? execution)
    {
        await DecideAsync(new JobCommand.BeginAttempt(job, 1, "machine", Now));
        await DecideAsync(new JobCommand.BeginRunning(job, 1, ["container"], Now) { Execution = execution });
    }

    /// <summary>Adds the points of a metric, at steps 0, 1, 2 …</summary>
    public async Task ReportAsync(JobId job, string metric, params double[] values)
    {
        var lines = values.Select((value, i) => new MetricLine(new OutputPosition(i + 1, 1), i, new Dictionary<string, double> { [metric] = value })).ToArray();
        await _services.GetRequiredService<IMetricStore>().AppendAsync(await AttemptOfAsync(job), 0, lines, new OutputPosition(values.Length + 1, 1), Token);
    }

    public void Dispose()
    {
        _services.Dispose();

        // A version's folder is sealed against writing.
        if (!OperatingSystem.IsWindows())
        {
            foreach (var folder in _folder.GetDirectories("*", SearchOption.AllDirectories))
            {
                folder.UnixFileMode |= UnixFileMode.UserWrite;
            }
        }

        _folder.Delete(recursive: true);
    }

    private async Task<AttemptName> AttemptOfAsync(JobId job) => new(await Store.GetInstallationAsync(Token), new AttemptId(job, 1));

    private async Task DecideAsync(JobCommand command)
    {
        _fence ??= await Store.AcquireLeaseAsync("test", TimeSpan.FromMinutes(10), Token);
        Assert.True((await Store.ApplyAsync([command], _fence, Token))[0].Applied);
    }
}
