using Grpc.Core;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Grpc;
using Orca.Training.Jobs;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Several trainings at once, and why they wait.</summary>
internal sealed partial class TrainingGrpcService
{
    public override Task GetTrainingStatuses(Wire.GetTrainingStatusesRequest request, IServerStreamWriter<Wire.GetTrainingStatusesResponse> responseStream, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        var statuses = await Callers.For(context).GetTrainingStatusesAsync([.. request.JobIds.Select(id => new JobId(id))], context.CancellationToken).ConfigureAwait(false);
        for (var i = 0; i < statuses.Count; i++)
        {
            var answer = new Wire.GetTrainingStatusesResponse
            {
                JobId = request.JobIds[i],
                Training = statuses[i] is { } status ? StatusMapping.ToWire(status) : null,
            };
            await responseStream.WriteAsync(answer, context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task<Wire.ExplainTrainingResponse> ExplainTraining(Wire.ExplainTrainingRequest request, ServerCallContext context) => AnswerAsync(context, async () =>
        ExplanationMapping.ToWire(await Callers.For(context).ExplainAsync(new JobId(request.JobId), context.CancellationToken).ConfigureAwait(false)));

    public override Task<Wire.ListTrainingsResponse> ListTrainings(Wire.ListTrainingsRequest request, ServerCallContext context) => AnswerAsync(context, async () =>
        QueryMapping.ToWire(await Callers.For(context).ListTrainingsAsync(QueryMapping.FromWire(request), context.CancellationToken).ConfigureAwait(false)));

    public override Task ListAlgorithms(Wire.ListAlgorithmsRequest request, IServerStreamWriter<Wire.Algorithm> responseStream, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        foreach (var algorithm in await Callers.For(context).ListAlgorithmsAsync(context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(AlgorithmMapping.ToWire(algorithm), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task ListAudit(Wire.ListAuditRequest request, IServerStreamWriter<Wire.AuditEvent> responseStream, ServerCallContext context) => AnswerAsync(context, async () =>
    {
        foreach (var entry in await Callers.For(context).ListAuditAsync(AuditMapping.FromWire(request), context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(AuditMapping.ToWire(entry), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });
}
