using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Client;
using Orca.Training.Grpc;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Answers for runs, each call with the client that acts for its caller.</summary>
internal sealed class RunGrpcService(IHostApplicationLifetime lifetime, ILogger<RunGrpcService> logger) : Wire.RunService.RunServiceBase
{
    // Some 30 bytes a point: well below what a message may have.
    private const int PointsInAMessage = 10_000;

    private readonly ServiceCalls _calls = new(lifetime, logger);

    public override Task<Wire.Run> GetRun(Wire.GetRunRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
        DataMapping.ToWire(await Callers.For(context).Runs.GetAsync(TrainingGrpcService.JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false)));

    public override Task QueryRuns(Wire.QueryRunsRequest request, IServerStreamWriter<Wire.Run> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        foreach (var run in await Callers.For(context).Runs.QueryAsync(DataMapping.FromWire(request), context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(DataMapping.ToWire(run), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task<Wire.TrainResponse> Rerun(Wire.RerunRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        var job = await Callers.For(context).RerunAsync(TrainingGrpcService.JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false);
        return new Wire.TrainResponse { JobId = job.Value };
    });

    public override Task ListArtifacts(Wire.ListArtifactsRequest request, IServerStreamWriter<Wire.TrainingArtifact> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        foreach (var artifact in await Callers.For(context).Runs.ListArtifactsAsync(TrainingGrpcService.JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(StatusMapping.ToWire(artifact), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task ListMetrics(Wire.ListMetricsRequest request, IServerStreamWriter<Wire.MetricSeries> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        foreach (var series in await Callers.For(context).Runs.ListMetricsAsync(TrainingGrpcService.JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(DataMapping.ToWire(series), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task ReadMetric(Wire.ReadMetricRequest request, IServerStreamWriter<Wire.MetricPoints> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        var points = await Callers.For(context).Runs.ReadMetricAsync(DataMapping.FromWire(request.Metric), DataMapping.RangeOf(request), context.CancellationToken).ConfigureAwait(false);
        foreach (var part in points.Chunk(PointsInAMessage))
        {
            var message = new Wire.MetricPoints();
            message.Points.AddRange(part.Select(DataMapping.ToWire));
            await responseStream.WriteAsync(message, context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task DownloadArtifact(Wire.DownloadArtifactRequest request, IServerStreamWriter<Wire.FileChunk> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        var job = TrainingGrpcService.JobOf(request.JobId);
        await _calls.StreamAsync(context, "continue after the last byte received", async token =>
        {
            var client = Callers.For(context);
            await using var stream = await client.Runs.OpenArtifactAsync(job, request.Name, request.Offset, token).ConfigureAwait(false);
            var artifact = await client.Runs.FindArtifactAsync(job, request.Name, token).ConfigureAwait(false);
            await FileChunks.SendAsync(stream, artifact, responseStream, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return responseStream;
    });
}
