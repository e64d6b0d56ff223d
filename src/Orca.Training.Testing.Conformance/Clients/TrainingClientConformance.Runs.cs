using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Artifacts;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>What a job produced is told whole, its files are what was published, and it can be repeated.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task A_run_arrives_with_every_field()
    {
        var (installation, client) = await InstallDataAsync();
        var job = await installation.TrainAsync(0.25, "m", ("a/model.bin", [1, 2]), ("log.txt", []));

        var run = await client.Runs.GetAsync(job, Token);

        Assert.Equal(Samples.Text(await installation.Client.Runs.GetAsync(job, Token)), Samples.Text(run));
        Assert.Equal((JobState.Succeeded, 1, 0.25), (run.State, run.ModelVersion, run.Metrics["loss"]));
        Assert.Equal(Samples.Text(DataInstallation.Executed), Samples.Text(run.Execution));
        Assert.Equal(["a/model.bin", "log.txt"], run.Artifacts.Select(a => a.Name));
        Assert.Equal(64, run.Request.DatasetVersion.Length);
    }

    [Fact]
    public async Task Runs_are_asked_for_by_their_best_metric_and_page_by_page()
    {
        var (installation, client) = await InstallDataAsync();
        var jobs = new[] { await installation.TrainAsync(0.3), await installation.TrainAsync(0.1, "m"), await installation.TrainAsync(0.2) };

        Assert.Equal([jobs[1], jobs[2], jobs[0]], await QueryAsync(new RunQuery { OrderBy = "loss", SmallestFirst = true }));
        Assert.Equal([jobs[0]], await QueryAsync(new RunQuery { OrderBy = "loss", Limit = 1 }));
        Assert.Equal([jobs[2], jobs[1]], await QueryAsync(new RunQuery { Limit = 2 }));
        Assert.Equal([jobs[0]], await QueryAsync(new RunQuery { Before = jobs[1] }));
        Assert.Equal([jobs[1]], await QueryAsync(new RunQuery { ModelName = "m", States = [JobState.Succeeded, JobState.Running], Algorithm = "cnn", DatasetId = "digits" }));
        Assert.Empty(await QueryAsync(new RunQuery { States = [JobState.Failed] }));
        Assert.Empty(await QueryAsync(new RunQuery { Before = default(JobId) }));
        Assert.Empty(await QueryAsync(new RunQuery { OrderBy = "accuracy" }));
        Assert.Equal(3, (await QueryAsync(new RunQuery { OrderBy = "", User = "", Group = "" })).Count());

        async Task<IEnumerable<JobId>> QueryAsync(RunQuery query) => (await client.Runs.QueryAsync(query, Token)).Select(r => r.Job);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(1001)]
    public async Task A_number_of_runs_that_is_none_is_refused(int limit)
    {
        var (_, client) = await InstallDataAsync();

        Assert.Equal(
            (TrainingError.InvalidArgument, FormattableString.Invariant($"limit: {limit} is not valid: give 1 to 1000.")),
            await RefusedAsync(() => client.Runs.QueryAsync(new RunQuery { Limit = limit }, Token)));
    }

    [Fact]
    public async Task Metrics_arrive_point_by_point_in_a_range_and_in_fewer_points()
    {
        var (installation, client) = await InstallDataAsync();
        var job = await installation.TrainAsync();
        await installation.ReportAsync(job, "loss", [.. Enumerable.Range(0, 25_000).Select(i => i == 20_000 ? double.NaN : 1.0 / (i + 1))]);
        var loss = new MetricName(job, 1, 0, "loss");

        var series = Assert.Single(await client.Runs.ListMetricsAsync(job, Token));
        var points = await client.Runs.ReadMetricAsync(loss, MetricRange.All(0), Token);

        Assert.Equal((loss, 25_000L, 24_999.0), (series.Metric, series.Count, series.Last.Step));
        Assert.Equal(Samples.Text(await installation.Client.Runs.ReadMetricAsync(loss, MetricRange.All(0), Token)), Samples.Text(points));
        Assert.Equal([10.0, 11, 12], (await client.Runs.ReadMetricAsync(loss, new MetricRange(10, 12, 0), Token)).Select(p => p.Step));
        Assert.InRange((await client.Runs.ReadMetricAsync(loss, MetricRange.All(100), Token)).Count, 2, 100);
        Assert.Empty(await client.Runs.ReadMetricAsync(loss with { Name = "accuracy" }, MetricRange.All(0), Token));
        Assert.Empty(await client.Runs.ListMetricsAsync(new JobId(77), Token));
        Assert.Equal(
            (TrainingError.InvalidArgument, "max_points: 1 is not valid: give at least 2, or 0 for all."),
            await RefusedAsync(() => client.Runs.ReadMetricAsync(loss, MetricRange.All(1), Token)));
    }

    [Fact]
    public async Task An_artifact_is_read_from_any_offset()
    {
        var (installation, client) = await InstallDataAsync();
        var content = new byte[200_000];
        new Random(2).NextBytes(content);
        var job = await installation.TrainAsync(files: [("model.bin", content), ("empty", [])]);

        Assert.Equal(content, await ReadAsync(await client.Runs.OpenArtifactAsync(job, "model.bin", cancellationToken: Token)));
        Assert.Equal(content[150_000..], await ReadAsync(await client.Runs.OpenArtifactAsync(job, "model.bin", 150_000, Token)));
        Assert.Empty(await ReadAsync(await client.Runs.OpenArtifactAsync(job, "model.bin", 200_000, Token)));
        Assert.Empty(await ReadAsync(await client.Runs.OpenArtifactAsync(job, "empty", cancellationToken: Token)));
        Assert.Equal(
            (TrainingError.InvalidArgument, "offset: 200001 is not within 'model.bin': give 0 to 200000."),
            await RefusedAsync(() => client.Runs.OpenArtifactAsync(job, "model.bin", 200_001, Token)));
        Assert.Equal((TrainingError.InvalidArgument, "offset: -1 is not within 'empty': give 0 to 0."), await RefusedAsync(() => client.Runs.OpenArtifactAsync(job, "empty", -1, Token)));
        Assert.Equal((TrainingError.NotFound, $"Job {job} has published no file '../x'."), await RefusedAsync(() => client.Runs.OpenArtifactAsync(job, "../x", cancellationToken: Token)));
    }

    [Fact]
    public async Task An_artifact_that_is_left_unread_is_let_go()
    {
        var (installation, client) = await InstallDataAsync();
        var job = await installation.TrainAsync(files: [("model.bin", new byte[10_000_000])]);

        for (var i = 0; i < 3; i++)
        {
            await using var stream = await client.Runs.OpenArtifactAsync(job, "model.bin", cancellationToken: Token);
            Assert.True(await stream.ReadAsync(new byte[10], Token) > 0);
        }

        Assert.Equal(job, (await client.Runs.GetAsync(job, Token)).Job);
    }

    [Theory]
    [InlineData("other!", true)]
    [InlineData("shor", true)]
    [InlineData("longer", true)]
    [InlineData("publ", false)]
    public async Task An_artifact_that_is_no_longer_what_was_published_ends_with_an_error(string instead, bool isRead)
    {
        var (installation, client) = await InstallDataAsync(services => services.AddSingleton<IArtifactStore>(s => new ChangedArtifacts(isRead ? new MemoryStream(Encoding.UTF8.GetBytes(instead)) : new TornStream())));
        var job = await installation.TrainAsync();

        await using var stream = await client.Runs.OpenArtifactAsync(job, "model.bin", cancellationToken: Token);
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => stream.CopyToAsync(Stream.Null, Token));

        if (isRead)
        {
            Assert.Equal(TrainingError.Internal, refusal.Error);
            Assert.StartsWith("'model.bin' is not what was published: ", refusal.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal((TrainingError.Unavailable, "The artifact store is not available now: No such disk."), (refusal.Error, refusal.Message));
        }
    }

    [Fact]
    public async Task A_download_goes_on_where_it_broke_off_and_what_came_is_checked()
    {
        var (installation, client) = await InstallDataAsync();
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0123456789", 30_000)));
        var job = await installation.TrainAsync(0.5, "m", ("model.bin", content), ("empty", []));
        var folder = Directory.CreateTempSubdirectory("orca-download-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.bin");
            await File.WriteAllBytesAsync(path + ".part", content[..123_456], Token);
            await client.Runs.DownloadArtifactAsync(job, "model.bin", path, Token);
            Assert.Equal(content, await File.ReadAllBytesAsync(path, Token));

            await File.WriteAllBytesAsync(path + ".part", new byte[100], Token);
            Assert.Equal(TrainingError.Internal, (await RefusedAsync(() => client.Models.DownloadFileAsync("m", "", "model.bin", path, Token))).Error);
            Assert.Equal(["model.bin"], folder.GetFiles().Select(f => f.Name));
            Assert.Equal(content, await File.ReadAllBytesAsync(path, Token));

            await File.WriteAllBytesAsync(path + ".part", new byte[1], Token);
            await client.Models.DownloadFileAsync("m", "1", "empty", path, Token);
            Assert.Equal(0, new FileInfo(path).Length);
            Assert.Equal(TrainingError.NotFound, (await RefusedAsync(() => client.Runs.DownloadArtifactAsync(job, "other", path, Token))).Error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_run_that_there_is_not_is_not_found()
    {
        var (installation, client) = await InstallDataAsync();
        await client.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], Token);
        var queued = await client.TrainAsync(Installation.Request, Token);
        var sentence = $"There is no run of job {queued}: the job does not exist, or no attempt has started.";

        Assert.Equal((TrainingError.NotFound, sentence), await RefusedAsync(() => client.Runs.GetAsync(queued, Token)));
        Assert.Equal((TrainingError.NotFound, sentence), await RefusedAsync(() => client.RerunAsync(queued, Token)));
        Assert.Equal((TrainingError.NotFound, sentence), await RefusedAsync(() => client.Runs.OpenArtifactAsync(queued, "model.bin", cancellationToken: Token)));
    }

    [Fact]
    public async Task A_rerun_asks_for_exactly_what_was_executed_whatever_is_newer()
    {
        var (installation, client) = await InstallDataAsync();
        var job = await installation.TrainAsync(0.5, "m");
        var before = (await client.Runs.GetAsync(job, Token)).Request;
        await client.Datasets.AddAsync("digits", [DataInstallation.File("a", "newer")], Token);

        var again = await client.RerunAsync(job, Token);

        var request = (await installation.ReadAsync(again)).Request;
        Assert.Equal((before.DatasetVersion, "m", job), (request.DatasetVersion, request.OutputModelName, request.RerunOf));
        Assert.Equal(DataInstallation.Executed.Parameters.OrderBy(p => p.Key), request.Parameters.OrderBy(p => p.Key));
        Assert.Null(request.IdempotencyKey);
    }

    [Fact]
    public async Task A_run_whose_machine_did_not_tell_what_it_executed_cannot_be_repeated()
    {
        var (installation, client) = await InstallDataAsync();
        await client.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], Token);
        var job = await client.TrainAsync(Installation.Request, Token);
        await installation.RunAsync(job, execution: null);

        Assert.Equal(
            (TrainingError.FailedPrecondition, $"What job {job} executed is not recorded, because its machine did not report it. Submit its request again."),
            await RefusedAsync(() => client.RerunAsync(job, Token)));
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            using var read = new MemoryStream();
            await stream.CopyToAsync(read, Token);
            return read.ToArray();
        }
    }

    /// <summary>Published "publis" as model.bin, and has something else by now.</summary>
    private sealed class ChangedArtifacts(Stream instead) : IArtifactStore
    {
        public bool IsShared => false;

        public bool IsOnHost => true;

        public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) => Task.FromResult(new AttemptPlaces(OutputOf(attempt), OutputOf(attempt)));

        public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Artifact>>([new Artifact("model.bin", new Uri("file:///model.bin"), 6, HashOf("publis"))]);

        public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) => Task.FromResult(instead);

        public Uri OutputOf(AttemptName attempt) => new("file:///nowhere");

        public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
