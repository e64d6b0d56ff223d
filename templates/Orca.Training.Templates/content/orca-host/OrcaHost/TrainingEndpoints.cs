using System.Runtime.CompilerServices;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace OrcaHost;

/// <summary>What the application asks of its users, and what it tells them.</summary>
public static class TrainingEndpoints
{
    public static void MapTrainings(this IEndpointRouteBuilder app)
    {
        var trainings = app.MapGroup("/trainings");

        trainings.MapPost("/", async (NewTraining training, ITrainingClient client, CancellationToken cancellationToken) =>
        {
            var job = await client.TrainAsync(
                new TrainingRequest { Algorithm = training.Algorithm, DatasetId = training.Dataset, Parameters = training.Parameters ?? [] },
                cancellationToken);
            return Results.Accepted($"/trainings/{job}", new { job });
        });

        trainings.MapGet("/{job}", async (JobId job, ITrainingClient client, CancellationToken cancellationToken) =>
            TrainingState.Of(await client.GetTrainingStatusAsync(job, cancellationToken)));

        // Server-sent events, one for each change: in a browser, new EventSource("/trainings/1/events").
        trainings.MapGet("/{job}/events", (JobId job, ITrainingClient client, CancellationToken cancellationToken) =>
            Results.ServerSentEvents(States(client, job, cancellationToken)));

        trainings.MapDelete("/{job}", async (JobId job, ITrainingClient client, CancellationToken cancellationToken) =>
        {
            await client.CancelTrainingAsync(job, cancellationToken);
            return Results.NoContent();
        });
    }

    private static async IAsyncEnumerable<TrainingState> States(
        ITrainingClient client, JobId job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var status in client.WatchTrainingAsync(job, cancellationToken: cancellationToken))
        {
            yield return TrainingState.Of(status);
        }
    }
}

/// <summary>What a user submits.</summary>
public sealed record NewTraining(string Algorithm, string Dataset, Dictionary<string, string>? Parameters = null);

/// <summary>What a user is told.</summary>
public sealed record TrainingState(JobState State, string Message, IReadOnlyDictionary<string, double> Metrics)
{
    public static TrainingState Of(TrainingStatus status) => new(status.State, status.Message, status.Progress.Metrics);
}
