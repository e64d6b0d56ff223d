using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Client;
using Orca.Training.Grpc;
using Orca.Training.Jobs;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Answers gRPC calls, each with the client that acts for its caller. One for each call.</summary>
/// <param name="lifetime">The host's.</param>
/// <param name="logger">Told of what is no answer to a call.</param>
/// <param name="time">The host's; null for the system's.</param>
[BindServiceMethod(typeof(SealedMessages), nameof(SealedMessages.Bind))]
internal sealed partial class TrainingGrpcService(
    IHostApplicationLifetime lifetime, ILogger<TrainingGrpcService> logger, TimeProvider? time = null)
    : Wire.TrainingService.TrainingServiceBase
{
    private static readonly StatusAnswers Answers = new();
    private readonly ServiceCalls _calls = new(lifetime, logger);

    public override Task<Wire.TrainResponse> Train(Wire.TrainRequest request, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        var job = await Callers.For(context).TrainAsync(RequestMapping.FromWire(Given(request.Metadata)), context.CancellationToken).ConfigureAwait(false);
        return new Wire.TrainResponse { JobId = job.Value };
    });

    public override Task<Wire.TrainGroupResponse> TrainAll(Wire.TrainAllRequest request, ServerCallContext context) =>
        AnswerAsync(context, () => TrainAllAsync(request, context));

    public override Task<Wire.TrainGroupResponse> TrainInParts(IAsyncStreamReader<Wire.TrainAllRequest> requestStream, ServerCallContext context) => AnswerAsync(context, async () =>
        await TrainAllAsync(await BatchReader.ReadAsync(requestStream, time ?? TimeProvider.System, context.CancellationToken).ConfigureAwait(false), context).ConfigureAwait(false));

    public override Task<Wire.TrainGroupResponse> TrainSweep(Wire.TrainSweepRequest request, ServerCallContext context) => AnswerAsync(context, async () =>
        BatchMapping.ToWire(await Callers.For(context).TrainSweepAsync(BatchMapping.FromWire(Given(request.Metadata), request.Grid), context.CancellationToken).ConfigureAwait(false)));

    public override Task<Wire.GetTrainingStatusResponse> GetTrainingStatus(Wire.GetTrainingStatusRequest request, ServerCallContext context) =>
        _calls.AnswerAsync(context, request, static async (request, context) =>
            Answers.For(await Callers.For(context).GetTrainingStatusAsync(JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false)));

    public override Task<Wire.CancelTrainingResponse> CancelTraining(Wire.CancelTrainingRequest request, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        await Callers.For(context).CancelTrainingAsync(JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false);
        return new Wire.CancelTrainingResponse();
    });

    public override Task CancelGroup(Wire.CancelGroupRequest request, IServerStreamWriter<Wire.CancelGroupResponse> responseStream, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        // As many as one message has room for by far.
        const int JobsInPart = 10_000;
        foreach (var part in (await Callers.For(context).CancelGroupAsync(request.Group, context.CancellationToken).ConfigureAwait(false)).Chunk(JobsInPart))
        {
            var answer = new Wire.CancelGroupResponse();
            answer.JobIds.AddRange(part.Select(job => job.Value));
            await responseStream.WriteAsync(answer, context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task<Wire.HoldTrainingResponse> HoldTraining(Wire.HoldTrainingRequest request, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        await Callers.For(context).HoldTrainingAsync(JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false);
        return new Wire.HoldTrainingResponse();
    });

    public override Task<Wire.ReleaseTrainingResponse> ReleaseTraining(Wire.ReleaseTrainingRequest request, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        await Callers.For(context).ReleaseTrainingAsync(JobOf(request.JobId), context.CancellationToken).ConfigureAwait(false);
        return new Wire.ReleaseTrainingResponse();
    });

    public override Task WatchTraining(Wire.WatchTrainingRequest request, IServerStreamWriter<Wire.GetTrainingStatusResponse> responseStream, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        var job = JobOf(request.JobId);
        if (request.AfterRevision < 0)
        {
            throw TrainingException.Invalid("after_revision", $"{request.AfterRevision} is not a revision: revisions count from 1; 0 means from the start.");
        }

        await StreamAsync(context, "watch again from the last revision received", async token =>
        {
            var lastSeen = new WatchPosition(job, StatusMapping.InstallationFromWire(request.Installation), request.AfterRevision);
            await foreach (var status in Callers.For(context).ResumeWatchAsync(lastSeen, token).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(StatusMapping.ToWire(status), token).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        return responseStream;
    });

    public override Task StreamLogs(Wire.StreamLogsRequest request, IServerStreamWriter<Wire.StreamLogsResponse> responseStream, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        var (job, query) = (JobOf(request.JobId), LogMapping.FromWire(request));
        await StreamAsync(context, "continue after the last line received", async token =>
        {
            await foreach (var lines in LogBatches.Of(Callers.For(context).StreamLogsAsync(job, query, token), token).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(lines, token).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        return responseStream;
    });

    private static async ValueTask<Wire.TrainGroupResponse> TrainAllAsync(Wire.TrainAllRequest request, ServerCallContext context)
    {
        TrainingRequest[] requests = [.. request.Requests.Select(RequestMapping.FromWire)];
        return BatchMapping.ToWire(await Callers.For(context).TrainAllAsync(requests, request.Group, request.IdempotencyKey, context.CancellationToken).ConfigureAwait(false));
    }

    private Task<T> AnswerAsync<T>(ServerCallContext context, Func<ValueTask<T>> answer) => _calls.AnswerAsync(context, answer);

    private Task StreamAsync(ServerCallContext context, string wayOut, Func<CancellationToken, Task> tell) => _calls.StreamAsync(context, wayOut, tell);

    private static Wire.TrainingJobMetadata Given(Wire.TrainingJobMetadata? metadata) =>
        metadata ?? throw TrainingException.Invalid("metadata", "It is missing: say what to train.");

    internal static JobId JobOf(long id) => id > 0 ? new JobId(id) : throw TrainingException.Invalid("job_id", $"{id} is not a job id: ids count from 1.");
}
