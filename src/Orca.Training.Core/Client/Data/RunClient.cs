using Orca.Training.Artifacts;
using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>The client of runs within the host's own process.</summary>
internal sealed class RunClient(DataStores stores, CallGuard guard) : IRunClient
{
    public Task<Run> GetAsync(JobId job, CancellationToken cancellationToken = default) =>
        guard.AskAsync(Operations.GetRun, async () => Fitting.Fit(await FindAsync(job, cancellationToken), Fitting.MostOfAMessage), cancellationToken);

    public Task<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        query = Intake.Query(query);
        return guard.AskAsync<IReadOnlyList<Run>>(
            Operations.QueryRuns, async () => [.. (await stores.Runs.QueryAsync(query, cancellationToken)).Select(r => Fitting.Fit(r, Fitting.MostOfAnItem))], cancellationToken);
    }

    public Task<IReadOnlyList<Artifact>> ListArtifactsAsync(JobId job, CancellationToken cancellationToken = default) =>
        guard.AskAsync(Operations.ListArtifacts, async () => (await FindAsync(job, cancellationToken)).Artifacts, cancellationToken);

    public Task<IReadOnlyList<MetricSeries>> ListMetricsAsync(JobId job, CancellationToken cancellationToken = default) =>
        guard.AskAsync(Operations.ListMetrics, async () => await stores.Metrics.ListAsync(job, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<MetricPoint>> ReadMetricAsync(MetricName metric, MetricRange range, CancellationToken cancellationToken = default)
    {
        Intake.Names(("metric.name", metric.Name ?? ""));
        return guard.AskAsync(Operations.ReadMetric, async () => range.MaxPoints is 1 or < 0
            ? throw TrainingException.Invalid("max_points", Invariant($"{range.MaxPoints} is not valid: give at least 2, or 0 for all."))
            : await stores.Metrics.ReadAsync(metric with { Name = metric.Name ?? "" }, range, cancellationToken), cancellationToken);
    }

    public Task<Stream> OpenArtifactAsync(JobId job, string name, long offset = 0, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name));
        return guard.OpenAsync(Operations.OpenArtifact, async () =>
        {
            var artifact = (await FindAsync(job, cancellationToken)).Artifacts.FirstOrDefault(a => a.Name == name)
                ?? throw new TrainingException(TrainingError.NotFound, $"Job {job} has published no file {PlainName.Quoted(name)}.");
            return await OpenAsync(stores.Artifacts, artifact, offset, guard.Errors, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Opens a published file, checked if it is read from its start.</summary>
    public static async Task<Stream> OpenAsync(IArtifactStore artifacts, Artifact artifact, long offset, ClientErrors errors, CancellationToken cancellationToken)
    {
        if (offset < 0 || offset > artifact.Size)
        {
            throw TrainingException.Invalid("offset", Invariant($"{offset} is not within '{artifact.Name}': give 0 to {artifact.Size}."));
        }

        try
        {
            var stream = await artifacts.OpenAsync(artifact, offset, cancellationToken);
            return new CheckedStream(
                stream, artifact.Name, artifact.Size, artifact.Sha256, offset, (e, token) => errors.Translated(e, nameof(Stream.ReadAsync), token, "artifact store"));
        }
        catch (ArtifactException e)
        {
            throw new TrainingException(TrainingError.NotFound, HostPaths.Without(e.Message), inner: e);
        }
    }

    /// <summary>What is said where there is no run.</summary>
    public static TrainingException NotFound(JobId job) =>
        new(TrainingError.NotFound, $"There is no run of job {job}: the job does not exist, or no attempt has started.");

    private async ValueTask<Run> FindAsync(JobId job, CancellationToken cancellationToken) =>
        await stores.Runs.ReadAsync(job, cancellationToken)
        ?? throw NotFound(job);
}
