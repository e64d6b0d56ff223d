using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Orca.Training.AspNetCore.Downloads;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Http;

/// <summary>The routes of the service in JSON: one for each operation, which a test holds.</summary>
internal static class Routes
{
    public static readonly IReadOnlyList<Route> All =
    [
        new("POST", "trainings", TrainingRoutes.SubmitAsync, Operations.Train),
        new("POST", "groups", TrainingRoutes.SubmitGroupAsync, Operations.TrainAll),
        new("POST", "sweeps", TrainingRoutes.SubmitSweepAsync, Operations.TrainSweep),
        new("POST", "trainings/{job}/rerun", TrainingRoutes.RerunAsync, Operations.Rerun),
        new("GET", "trainings", TrainingRoutes.ListAsync, Operations.List, Operations.GetStatuses),
        new("GET", "trainings/{job}", TrainingRoutes.GetAsync, Operations.GetStatus),
        new("GET", "trainings/{job}/explain", TrainingRoutes.ExplainAsync, Operations.Explain),
        new("GET", "trainings/{job}/watch", TrainingRoutes.WatchAsync, Operations.Watch, Operations.Resume),
        new("GET", "trainings/{job}/logs", TrainingRoutes.ReadLogAsync, Operations.StreamLogs),
        new("POST", "trainings/{job}/cancel", TrainingRoutes.CancelAsync, Operations.Cancel),
        new("POST", "groups/{group}/cancel", TrainingRoutes.CancelGroupAsync, Operations.CancelGroup),
        new("POST", "trainings/{job}/hold", TrainingRoutes.HoldAsync, Operations.Hold),
        new("POST", "trainings/{job}/release", TrainingRoutes.ReleaseAsync, Operations.Release),

        new("GET", "runs", RunRoutes.QueryAsync, Operations.QueryRuns),
        new("GET", "runs/{job}", RunRoutes.GetAsync, Operations.GetRun),
        new("GET", "runs/{job}/artifacts", RunRoutes.ListArtifactsAsync, Operations.ListArtifacts),
        new("GET", "runs/{job}/artifacts/{**file}", call => DownloadEndpoints.ArtifactAsync(call.Context, call.Client), Operations.OpenArtifact),
        new("GET", "runs/{job}/metrics", RunRoutes.ListMetricsAsync, Operations.ListMetrics),
        new("GET", "runs/{job}/metrics/{**metric}", RunRoutes.ReadMetricAsync, Operations.ReadMetric),

        new("GET", "models", ModelRoutes.ListAsync, Operations.ListModels),
        new("GET", "models/{model}", ModelRoutes.ListVersionsAsync, Operations.ListModelVersions),
        new("GET", "models/{model}/versions/{version}", ModelRoutes.GetAsync, Operations.GetModel),
        new("GET", "models/{model}/versions/{version}/files", ModelRoutes.ListFilesAsync, Operations.ListModelFiles),
        new("GET", "models/{model}/versions/{version}/files/{**file}", call => DownloadEndpoints.ModelFileAsync(call.Context, call.Client), Operations.OpenModelFile),
        new("PUT", "models/{model}/aliases/{alias}", ModelRoutes.SetAliasAsync, Operations.SetAlias),
        new("DELETE", "models/{model}/aliases/{alias}", ModelRoutes.RemoveAliasAsync, Operations.RemoveAlias),
        new("DELETE", "models/{model}/versions/{version}", ModelRoutes.RemoveAsync, Operations.RemoveModel),

        new("GET", "datasets", DatasetRoutes.ListAsync, Operations.ListDatasets),
        new("POST", "datasets/{dataset}", DatasetRoutes.AddAsync, Operations.AddDataset),
        new("POST", "datasets/{dataset}/intents", DatasetRoutes.AddIntentsAsync, Operations.AddIntents),
        new("GET", "datasets/{dataset}", DatasetRoutes.ListVersionsAsync, Operations.ListDatasetVersions),
        new("GET", "datasets/{dataset}/versions/{version}", DatasetRoutes.ResolveAsync, Operations.ResolveDataset),
        new("GET", "datasets/{dataset}/versions/{version}/files", DatasetRoutes.ListFilesAsync, Operations.ListDatasetFiles),
        new("PUT", "datasets/{dataset}/tags/{tag}", DatasetRoutes.TagAsync, Operations.TagDataset),
        new("DELETE", "datasets/{dataset}/tags/{tag}", DatasetRoutes.RemoveTagAsync, Operations.RemoveDatasetTag),
        new("DELETE", "datasets/{dataset}/versions/{version}", DatasetRoutes.DeleteAsync, Operations.DeleteDataset),

        new("GET", "pools", ServiceRoutes.ListPoolsAsync, Operations.ListPools),
        new("GET", "pools/{pool}", ServiceRoutes.GetPoolAsync, Operations.GetPool),
        new("GET", "algorithms", ServiceRoutes.ListAlgorithmsAsync, Operations.ListAlgorithms),
        new("GET", "audit", ServiceRoutes.ListAuditAsync, Operations.ListAudit),
    ];

    /// <summary>Maps all routes below a group.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var route in All)
        {
            string[] methods = route.Method == "GET" ? ["GET", "HEAD"] : [route.Method];
            endpoints.MapMethods(route.Pattern, methods, HttpCall.Handled(route.Handle)).WithDisplayName($"{route.Method} {route.Pattern}");
        }
    }
}

/// <summary>A route.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Pattern">The address below the root of the service.</param>
/// <param name="Handle">Answers it.</param>
/// <param name="Operations">What it does, as the table of operations names it.</param>
internal sealed record Route(string Method, string Pattern, Func<HttpCall, Task> Handle, params IReadOnlyList<Operation> Operations);
