using Orca.Training.Auditing;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Runs;
using Orca.Training.Testing.Conformance.Clients;
using static Orca.Training.Grpc.Tests.Access.TwoTeams;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>
/// What each kind of caller gets of each operation on what is the vision team's: + an answer, N that there is no such thing, D that it is not allowed,
/// U that it is not known who calls. In the order of <see cref="TwoTeams.Callers"/>: anonymous, other team's operator, viewer, submitter, owner, operator.
/// </summary>
internal static class AccessMatrix
{
    // Of a training that another submitter of the team has submitted, submitters know nothing.
    private const string SeeJob = "UN+N++";
    private const string SteerJob = "UNDN++";
    private const string Submit = "U+D+++";

    // Datasets and models are the whole team's.
    private const string SeeName = "UN++++";
    private const string SeeAll = "U+++++";
    private const string AddToName = "UDD+++";
    private const string TagName = "UND+++";
    private const string RuleName = "UNDDD+";

    // Removing what there is not is no error, and so it is for who cannot see it.
    private const string Untag = "U+D+++";
    private const string Unalias = "U+DDD+";

    private static CancellationToken Token => Patience.Token;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new(Operations.Train, Submit, (c, x) => c.TrainAsync(Request, Token)),
        new(Operations.TrainAll, Submit, (c, x) => c.TrainAllAsync([Request, Request], cancellationToken: Token)),
        new(Operations.TrainAll, Submit, (c, x) => c.TrainAllAsync([.. Enumerable.Repeat(Large, 60)], cancellationToken: Token)) { Name = "TrainAllAsync in parts" },
        new(Operations.TrainSweep, Submit, (c, x) => c.TrainSweepAsync(new TrainingSweep { Request = Request, Grid = [new SweepParameter("LR", ["1", "2"])] }, Token)),
        new(Operations.Rerun, SteerJob, (c, x) => c.RerunAsync(x.Done, Token)),
        new(Operations.GetStatus, SeeJob, (c, x) => c.GetTrainingStatusAsync(x.Queued, Token)),
        new(Operations.Explain, SeeJob, (c, x) => c.ExplainAsync(x.Queued, Token)),
        new(Operations.GetStatuses, SeeJob, async (c, x) => Found((await c.GetTrainingStatusesAsync([x.Queued], Token))[0] is not null)),
        new(Operations.List, SeeJob, async (c, x) => Found(await c.ListAllTrainingsAsync(new TrainingQuery { PageSize = 7 }, Token).AnyAsync(t => t.JobId == x.Queued, Token))),
        new(Operations.Watch, SeeJob, async (c, x) => await c.WatchTrainingAsync(x.Queued, cancellationToken: Token).FirstAsync(Token)),
        new(Operations.Resume, SeeJob, async (c, x) => await c.ResumeWatchAsync(new WatchPosition(x.Queued, null, 0), Token).FirstAsync(Token)),
        new(Operations.StreamLogs, SeeJob, async (c, x) => await c.StreamLogsAsync(x.Done, cancellationToken: Token).ToListAsync(Token)),
        new(Operations.Cancel, SteerJob, (c, x) => c.CancelTrainingAsync(x.Queued, Token)),
        new(Operations.CancelGroup, SteerJob, async (c, x) => Found((await c.CancelGroupAsync(x.Group, Token)).Count > 0)),
        new(Operations.Hold, SteerJob, (c, x) => c.HoldTrainingAsync(x.Queued, Token)),
        new(Operations.Release, SteerJob, (c, x) => c.ReleaseTrainingAsync(x.Queued, Token)),
        new(Operations.GetRun, SeeJob, (c, x) => c.Runs.GetAsync(x.Done, Token)),
        new(Operations.QueryRuns, SeeJob, async (c, x) => Found((await c.Runs.QueryAsync(new RunQuery { ModelName = x.Model }, Token)).Count > 0)) { Route = "/orca-training/runs.jsonl" },
        new(Operations.ListArtifacts, SeeJob, (c, x) => c.Runs.ListArtifactsAsync(x.Done, Token)),
        new(Operations.ListMetrics, SeeJob, async (c, x) => Found((await c.Runs.ListMetricsAsync(x.Done, Token)).Count > 0)),
        new(Operations.ReadMetric, SeeJob, async (c, x) => Found((await c.Runs.ReadMetricAsync(new MetricName(x.Done, 1, 0, "loss"), MetricRange.All(10), Token)).Count > 0)),
        new(Operations.OpenArtifact, SeeJob, async (c, x) => await ReadAsync(await c.Runs.OpenArtifactAsync(x.Done, "model.bin", cancellationToken: Token)))
        {
            Route = "/orca-training/jobs/{job}/artifacts/{**file}",
        },
        new(Operations.ListModels, SeeName, async (c, x) => Found((await c.Models.ListAsync(Token)).Contains(x.Model))),
        new(Operations.ListModelVersions, SeeName, async (c, x) => Found((await c.Models.ListVersionsAsync(x.Model, Token)).Count > 0)),
        new(Operations.GetModel, SeeName, (c, x) => c.Models.GetAsync(x.Model, cancellationToken: Token)),
        new(Operations.ListModelFiles, SeeName, (c, x) => c.Models.ListFilesAsync(x.Model, cancellationToken: Token)) { Route = "/orca-training/models/{model}/{version}/files" },
        new(Operations.OpenModelFile, SeeName, async (c, x) => await ReadAsync(await c.Models.OpenFileAsync(x.Model, "1", "model.bin", cancellationToken: Token)))
        {
            Route = "/orca-training/models/{model}/{version}/files/{**file}",
        },
        new(Operations.SetAlias, RuleName, (c, x) => c.Models.SetAliasAsync(x.Model, "production", 1, Token)),
        new(Operations.RemoveAlias, Unalias, (c, x) => c.Models.RemoveAliasAsync(x.Model, "production", Token)),
        new(Operations.RemoveModel, RuleName, (c, x) => c.Models.RemoveAsync(x.Model, 1, Token)),
        new(Operations.AddDataset, AddToName, (c, x) => c.Datasets.AddAsync(x.Dataset.DatasetId, [DataInstallation.File("b.csv", "b")], Token)),
        new(Operations.AddIntents, AddToName, (c, x) => c.Datasets.AddIntentsAsync(
            x.Dataset.DatasetId, DataInstallation.Csv("train.csv", "text,intent\nhi,greet\nbye,part\n"), DataInstallation.Csv("val.csv", "text,intent\nhello,greet\n"), cancellationToken: Token)),
        new(Operations.ListDatasets, SeeName, async (c, x) => Found((await c.Datasets.ListAsync(Token)).Contains(x.Dataset.DatasetId))),
        new(Operations.ListDatasetVersions, SeeName, async (c, x) => Found((await c.Datasets.ListVersionsAsync(x.Dataset.DatasetId, Token)).Count > 0)),
        new(Operations.ListDatasetFiles, SeeName, (c, x) => c.Datasets.ListFilesAsync(x.Dataset, Token)),
        new(Operations.ResolveDataset, SeeName, (c, x) => c.Datasets.ResolveAsync(x.Dataset.DatasetId, cancellationToken: Token)),
        new(Operations.TagDataset, TagName, (c, x) => c.Datasets.TagAsync(x.Dataset, "reviewed", Token)),
        new(Operations.RemoveDatasetTag, Untag, (c, x) => c.Datasets.RemoveTagAsync(x.Dataset.DatasetId, "reviewed", Token)),
        new(Operations.DeleteDataset, RuleName, (c, x) => c.Datasets.DeleteAsync(x.Dataset, Token)),
        new(Operations.ListPools, SeeAll, async (c, _) => Found((await c.Pools.ListAsync(Token)).Count == 1)),
        new(Operations.GetPool, SeeAll, (c, _) => c.Pools.GetAsync(PoolInfo.Implicit, Token)),
        new(Operations.ListAlgorithms, SeeAll, (c, _) => c.ListAlgorithmsAsync(Token)),
        new(Operations.ListAudit, RuleName, async (c, x) => Found((await c.ListAuditAsync(new AuditQuery { Subject = $"job {x.Queued}" }, Token)).Count > 0)),
    ];

    private static TrainingRequest Large => Request with { Parameters = Enumerable.Range(0, 20).ToDictionary(i => $"P{i}", _ => new string('v', 3000)) };

    /// <summary>Of what is not in an answer a caller learns as much as of what there is not.</summary>
    private static void Found(bool isThere)
    {
        if (!isThere)
        {
            throw new TrainingException(TrainingError.NotFound, "It is not in the answer.");
        }
    }

    private static async Task ReadAsync(Stream stream)
    {
        await using var opened = stream;
        await opened.CopyToAsync(Stream.Null, Token);
    }

    /// <param name="Operation">What is asked for.</param>
    /// <param name="Expected">What each caller gets.</param>
    /// <param name="Ask">Asks for it.</param>
    internal sealed record Row(Operation Operation, string Expected, Func<ITrainingClient, Things, Task> Ask)
    {
        public string Name { get; init; } = $"{Operation.Client.Name}.{Operation.Member}";

        /// <summary>Where it is had by HTTP too.</summary>
        public string? Route { get; init; }

        public char For(string caller) => Expected[Array.IndexOf(Callers, caller)];
    }
}
