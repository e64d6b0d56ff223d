using Grpc.Core;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;

namespace Orca.Training.Grpc;

/// <summary>Runs of a service elsewhere.</summary>
internal sealed class GrpcRunClient(CallInvoker invoker, ServiceCalls calls) : IRunClient
{
    private readonly Wire.RunService.RunServiceClient _service = new(invoker);

    public async Task<Run> GetAsync(JobId job, CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        var message = new Wire.GetRunRequest { JobId = job.Value };
        return DataMapping.FromWire(await calls.AskAsync(options => _service.GetRunAsync(message, options), cancellationToken).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        var message = DataMapping.ToWire(Intake.Query(query));
        return await calls.ReadAllAsync(options => _service.QueryRuns(message, options), DataMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Artifact>> ListArtifactsAsync(JobId job, CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        var message = new Wire.ListArtifactsRequest { JobId = job.Value };
        return await calls.ReadAllAsync(options => _service.ListArtifacts(message, options), StatusMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<MetricSeries>> ListMetricsAsync(JobId job, CancellationToken cancellationToken = default)
    {
        if (job.Value < 1)
        {
            return [];
        }

        var message = new Wire.ListMetricsRequest { JobId = job.Value };
        return await calls.ReadAllAsync(options => _service.ListMetrics(message, options), DataMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<MetricPoint>> ReadMetricAsync(MetricName metric, MetricRange range, CancellationToken cancellationToken = default)
    {
        Intake.Names(("metric.name", metric.Name ?? ""));
        var message = DataMapping.ToWire(metric with { Name = metric.Name ?? "" }, range);
        var parts = await calls.ReadAllAsync(options => _service.ReadMetric(message, options), p => p.Points.Select(DataMapping.FromWire).ToArray(), cancellationToken).ConfigureAwait(false);
        return [.. parts.SelectMany(p => p)];
    }

    public Task<Stream> OpenArtifactAsync(JobId job, string name, long offset = 0, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name));
        ThrowIfNoId(job);
        var message = new Wire.DownloadArtifactRequest { JobId = job.Value, Name = name, Offset = offset };
        return DownloadStream.OpenAsync(calls, options => _service.DownloadArtifact(message, options), offset, cancellationToken);
    }

    // The wire tells a number that can be no id from an id that is not known; in the host's process neither has a run.
    private static void ThrowIfNoId(JobId job)
    {
        if (job.Value < 1)
        {
            throw RunClient.NotFound(job);
        }
    }
}
