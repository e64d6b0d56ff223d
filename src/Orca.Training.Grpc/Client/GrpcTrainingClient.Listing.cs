using Grpc.Core;
using Orca.Training.Auditing;
using Orca.Training.Grpc;
using Orca.Training.Jobs;
using static System.FormattableString;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.Client;

/// <summary>Calls that return several trainings.</summary>
public sealed partial class GrpcTrainingClient
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<TrainingStatus?>> GetTrainingStatusesAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken = default)
    {
        jobs = Intake.Jobs(jobs);
        var message = new Wire.GetTrainingStatusesRequest();
        message.JobIds.AddRange(jobs.Select(j => j.Value));
        using var call = _service.GetTrainingStatuses(message, new CallOptions(cancellationToken: cancellationToken));
        var statuses = new List<TrainingStatus?>(jobs.Count);
        while (await _calls.NextAsync(call.ResponseStream, cancellationToken).ConfigureAwait(false))
        {
            statuses.Add(call.ResponseStream.Current.Training is { } training ? StatusMapping.FromWire(training) : null);
        }

        return statuses.Count == jobs.Count
            ? statuses
            : throw new TrainingException(TrainingError.Internal, Invariant($"{_calls.Name} returned {statuses.Count} statuses for {jobs.Count} jobs."));
    }

    /// <inheritdoc />
    public async Task<TrainingPage> ListTrainingsAsync(TrainingQuery query, CancellationToken cancellationToken = default)
    {
        var message = QueryMapping.ToWire(Intake.Query(query));
        var answer = await _calls.AskAsync(options => _service.ListTrainingsAsync(message, options), cancellationToken).ConfigureAwait(false);
        return QueryMapping.FromWire(answer);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<AlgorithmInfo>> ListAlgorithmsAsync(CancellationToken cancellationToken = default)
    {
        using var call = _service.ListAlgorithms(new Wire.ListAlgorithmsRequest(), new CallOptions(cancellationToken: cancellationToken));
        return await ReadAllAsync(call, AlgorithmMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<AuditEvent>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken = default)
    {
        using var call = _service.ListAudit(AuditMapping.ToWire(Intake.Query(query)), new CallOptions(cancellationToken: cancellationToken));
        return await ReadAllAsync(call, AuditMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A list that comes as a stream, so that it may be longer than a message.</summary>
    private async Task<IReadOnlyList<T>> ReadAllAsync<TWire, T>(AsyncServerStreamingCall<TWire> call, Func<TWire, T> map, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        while (await _calls.NextAsync(call.ResponseStream, cancellationToken).ConfigureAwait(false))
        {
            all.Add(map(call.ResponseStream.Current));
        }

        return all;
    }
}
