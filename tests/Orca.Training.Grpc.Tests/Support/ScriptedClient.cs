using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc.Tests.Support;

/// <summary>A client that does what a test says, and nothing else.</summary>
internal sealed class ScriptedClient : ITrainingClient
{
    public Func<TrainingRequest, CancellationToken, Task<JobId>> Train { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task<TrainingStatus>> Status { get; init; } = (_, _) => throw Unscripted();

    public Func<JobId, long, CancellationToken, IAsyncEnumerable<TrainingStatus>> Watch { get; init; } = (_, _, _) => throw Unscripted();

    public Func<JobId, LogQuery, CancellationToken, IAsyncEnumerable<LogLine>> Logs { get; init; } = (_, _, _) => throw Unscripted();

    public Func<JobId, CancellationToken, Task> Cancel { get; init; } = (_, _) => throw Unscripted();

    /// <summary>Does the same for each call.</summary>
    public static ScriptedClient Always(Func<CancellationToken, Task> act) => new()
    {
        Train = async (_, token) =>
        {
            await act(token);
            throw Unscripted();
        },
        Status = async (_, token) =>
        {
            await act(token);
            throw Unscripted();
        },
        Watch = (_, _, token) => AfterAsync<TrainingStatus>(act, token),
        Logs = (_, _, token) => AfterAsync<LogLine>(act, token),
        Cancel = (_, token) => act(token),
    };

    public Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default) => Train(request, cancellationToken);

    public Task<TrainingStatus> GetTrainingStatusAsync(JobId job, CancellationToken cancellationToken = default) => Status(job, cancellationToken);

    public IAsyncEnumerable<TrainingStatus> WatchTrainingAsync(JobId job, long afterRevision = 0, CancellationToken cancellationToken = default) => Watch(job, afterRevision, cancellationToken);

    public IAsyncEnumerable<LogLine> StreamLogsAsync(JobId job, LogQuery? query = null, CancellationToken cancellationToken = default) => Logs(job, query ?? new LogQuery(), cancellationToken);

    public Task CancelTrainingAsync(JobId job, CancellationToken cancellationToken = default) => Cancel(job, cancellationToken);

    private static async IAsyncEnumerable<T> AfterAsync<T>(Func<CancellationToken, Task> act, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        await act(token);
        yield break;
    }

    private static InvalidOperationException Unscripted() => new("The test did not say what to do here.");
}
