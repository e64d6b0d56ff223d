using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Orca.Training.Grpc;
using Orca.Training.Jobs;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.Client;

/// <summary>
/// A gRPC client for a training service in another process, with the same calls, results and errors as in the host's process. Thread-safe; use
/// one instance for the whole application.
/// </summary>
/// <remarks>
/// The client neither retries nor resumes by itself. If the service cannot be reached, or disconnects during a call or a stream, the call
/// throws a <see cref="TrainingException"/> with <see cref="TrainingError.Unavailable"/>. To continue a watch, call it again with the last
/// revision seen; to continue a log, with the cursor of the last line. An error has at most 2 KiB of wrong fields, and says how many more
/// there are.
/// </remarks>
public sealed partial class GrpcTrainingClient : ITrainingClient, IDisposable, IAsyncDisposable
{
    private readonly Wire.TrainingService.TrainingServiceClient _service;
    private readonly ServiceCalls _calls;
    private readonly GrpcChannel? _ownChannel;
    private readonly Wire.RunService.RunServiceClient _runService;

    /// <summary>Creates a client that uses a call invoker, such as one with your own interceptors.</summary>
    public GrpcTrainingClient(CallInvoker invoker)
        : this(invoker, address: null, ownChannel: null)
    {
    }

    /// <summary>Creates a client on an existing channel, which the client does not dispose.</summary>
    public GrpcTrainingClient(ChannelBase channel)
        : this(InvokerOf(channel), channel.Target, ownChannel: null)
    {
    }

    private GrpcTrainingClient(CallInvoker invoker, string? address, GrpcChannel? ownChannel)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        _service = new Wire.TrainingService.TrainingServiceClient(invoker);
        _calls = new ServiceCalls(address is null ? "The training service" : $"The training service at {address}");
        Runs = new GrpcRunClient(invoker, _calls);
        Models = new GrpcModelClient(invoker, _calls);
        Datasets = new GrpcDatasetClient(invoker, _calls);
        Pools = new GrpcPoolClient(invoker, _calls);
        _runService = new Wire.RunService.RunServiceClient(invoker);
        _ownChannel = ownChannel;
    }

    /// <summary>Creates a client with its own channel, which the client disposes. It connects at the first call.</summary>
    /// <param name="address">Scheme, host and port, and a path prefix if there is one: <c>https://</c>, or <c>http://</c> for cleartext HTTP/2.</param>
    /// <exception cref="ArgumentException">The address is not valid.</exception>
    public static GrpcTrainingClient Connect(Uri address) => Connect(address, static _ => { });

    /// <inheritdoc cref="Connect(Uri)" />
    public static GrpcTrainingClient Connect(string address) => Connect(address, static _ => { });

    /// <inheritdoc cref="Connect(Uri)" />
    /// <param name="address">Scheme, host and port, and a path prefix if there is one: <c>https://</c>, or <c>http://</c> for cleartext HTTP/2.</param>
    /// <param name="configure">Sets the token of the caller.</param>
    public static GrpcTrainingClient Connect(string address, Action<TrainingConnection> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        return Connect(new Uri(address, UriKind.RelativeOrAbsolute), configure);
    }

    /// <inheritdoc cref="Connect(Uri)" />
    /// <param name="address">Scheme, host and port, and a path prefix if there is one: <c>https://</c>, or <c>http://</c> for cleartext HTTP/2.</param>
    /// <param name="configure">Sets the token of the caller.</param>
    public static GrpcTrainingClient Connect(Uri address, Action<TrainingConnection> configure)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new TrainingConnection();
        configure(options);
        var channel = TrainingChannel.Open(address, options);
        return new GrpcTrainingClient(channel.CreateCallInvoker(), address.GetLeftPart(UriPartial.Authority), channel);
    }

    /// <inheritdoc />
    public IRunClient Runs { get; }

    /// <inheritdoc />
    public IModelClient Models { get; }

    /// <inheritdoc />
    public IDatasetClient Datasets { get; }

    /// <inheritdoc />
    public IPoolClient Pools { get; }

    /// <inheritdoc />
    public async Task<JobId> RerunAsync(JobId job, CancellationToken cancellationToken = default)
    {
        if (job.Value < 1)
        {
            throw RunClient.NotFound(job);
        }

        var message = new Wire.RerunRequest { JobId = job.Value };
        var answer = await _calls.AskAsync(options => _runService.RerunAsync(message, options), cancellationToken).ConfigureAwait(false);
        return new JobId(answer.JobId);
    }

    /// <inheritdoc />
    public async Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default)
    {
        var message = new Wire.TrainRequest { Metadata = RequestMapping.ToWire(Intake.Request(request)) };
        var answer = await _calls.AskAsync(options => _service.TrainAsync(message, options), cancellationToken).ConfigureAwait(false);
        return new JobId(answer.JobId);
    }

    /// <inheritdoc />
    public async Task<TrainingGroup> TrainAllAsync(
        IReadOnlyList<TrainingRequest> requests, string? group = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var message = BatchMapping.ToWire(Intake.Batch(requests, group, idempotencyKey));
        var answer = BatchParts.IsOne(message)
            ? await _calls.AskAsync(options => _service.TrainAllAsync(message, options), cancellationToken).ConfigureAwait(false)
            : await _calls.SendAsync(options => _service.TrainInParts(options), BatchParts.Of(message), cancellationToken).ConfigureAwait(false);
        return BatchMapping.FromWire(answer);
    }

    /// <inheritdoc />
    public async Task<TrainingGroup> TrainSweepAsync(TrainingSweep sweep, CancellationToken cancellationToken = default)
    {
        var message = BatchMapping.ToWire(Intake.Sweep(sweep));
        var answer = await _calls.AskAsync(options => _service.TrainSweepAsync(message, options), cancellationToken).ConfigureAwait(false);
        return BatchMapping.FromWire(answer);
    }

    /// <inheritdoc />
    public async Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        var message = new Wire.GetTrainingStatusRequest { JobId = job.Value };
        var answer = await _calls.AskAsync(options => _service.GetTrainingStatusAsync(message, options), cancellationToken).ConfigureAwait(false);
        return StatusMapping.FromWire(answer);
    }

    /// <inheritdoc />
    public async Task<TrainingExplanation> ExplainAsync(JobId job, CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        var message = new Wire.ExplainTrainingRequest { JobId = job.Value };
        var answer = await _calls.AskAsync(options => _service.ExplainTrainingAsync(message, options), cancellationToken).ConfigureAwait(false);
        return ExplanationMapping.FromWire(answer);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, CancellationToken cancellationToken = default) =>
        ResumeWatchAsync(new WatchPosition(job, null, afterRevision), cancellationToken);

    /// <inheritdoc />
    public async IAsyncEnumerable<TrainingStatus> ResumeWatchAsync(WatchPosition lastSeen, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(lastSeen.Job);
        var message = new Wire.WatchTrainingRequest
        {
            JobId = lastSeen.Job.Value,
            AfterRevision = Math.Max(0, lastSeen.Revision),
            Installation = lastSeen.Installation?.Value ?? "",
        };

        // Leaving the loop disposes the call, which tells the service to stop.
        using var call = _service.WatchTraining(message, new CallOptions(cancellationToken: cancellationToken));
        while (await _calls.NextAsync(call.ResponseStream, cancellationToken).ConfigureAwait(false))
        {
            yield return StatusMapping.FromWire(call.ResponseStream.Current);
        }
    }

    /// <inheritdoc />
    public async Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        var message = new Wire.CancelTrainingRequest { JobId = job.Value };
        await _calls.AskAsync(options => _service.CancelTrainingAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<JobId>> CancelGroupAsync(string group, CancellationToken cancellationToken = default)
    {
        using var call = _service.CancelGroup(new Wire.CancelGroupRequest { Group = Intake.Group(group) }, new CallOptions(cancellationToken: cancellationToken));
        var parts = await ReadAllAsync(call, part => part.JobIds.Select(id => new JobId(id)).ToList(), cancellationToken).ConfigureAwait(false);
        return [.. parts.SelectMany(part => part)];
    }

    /// <inheritdoc />
    public async Task HoldTrainingAsync(JobId job, CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        var message = new Wire.HoldTrainingRequest { JobId = job.Value };
        await _calls.AskAsync(options => _service.HoldTrainingAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task ReleaseTrainingAsync(JobId job, CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        var message = new Wire.ReleaseTrainingRequest { JobId = job.Value };
        await _calls.AskAsync(options => _service.ReleaseTrainingAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfNoId(job);
        using var call = _service.StreamLogs(LogMapping.ToWire(job, query ?? new LogQuery()), new CallOptions(cancellationToken: cancellationToken));
        while (await _calls.NextAsync(call.ResponseStream, cancellationToken).ConfigureAwait(false))
        {
            var lines = call.ResponseStream.Current;
            foreach (var line in lines.Lines)
            {
                yield return LogMapping.FromWire(lines, line);
            }
        }
    }

    /// <summary>Disposes the channel, if the client has created it, and cancels the calls on it.</summary>
    public void Dispose() => _ownChannel?.Dispose();

    /// <inheritdoc cref="Dispose" />
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static CallInvoker InvokerOf(ChannelBase channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.CreateCallInvoker();
    }

    // The wire tells a number that can be no id from an id that is not known; in the host's process both are jobs that there are not.
    private static void ThrowIfNoId(JobId job)
    {
        if (job.Value < 1)
        {
            throw TrainingException.NotFound(job);
        }
    }
}
