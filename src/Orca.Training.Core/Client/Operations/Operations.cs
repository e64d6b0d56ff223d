using static Orca.Training.Client.OperationKind;
using static Orca.Training.Client.Permission;

namespace Orca.Training.Client;

/// <summary>All that a caller can ask for: a row for each member of the clients, which a test holds.</summary>
internal static class Operations
{
    public static readonly Operation Train = Training(nameof(ITrainingClient.TrainAsync), Unary, Submit, "submit a training");
    public static readonly Operation TrainAll = Training(nameof(ITrainingClient.TrainAllAsync), Unary, Submit, "submit trainings");
    public static readonly Operation TrainSweep = Training(nameof(ITrainingClient.TrainSweepAsync), Unary, Submit, "submit a sweep");
    public static readonly Operation Rerun = Training(nameof(ITrainingClient.RerunAsync), Unary, Submit, "run a training again");
    public static readonly Operation GetStatus = Training(nameof(ITrainingClient.GetTrainingStatusAsync), Unary, Read, "read a status");
    public static readonly Operation Explain = Training(nameof(ITrainingClient.ExplainAsync), Unary, Read, "explain why a training waits");
    public static readonly Operation GetStatuses = Training(nameof(ITrainingClient.GetTrainingStatusesAsync), Unary, Read, "read statuses");
    public static readonly Operation List = Training(nameof(ITrainingClient.ListTrainingsAsync), Unary, Read, "list trainings");
    public static readonly Operation Watch = Training(nameof(ITrainingClient.WatchTrainingAsync), OperationKind.Stream, Read, "watch a training");
    public static readonly Operation Resume = Training(nameof(ITrainingClient.ResumeWatchAsync), OperationKind.Stream, Read, "watch a training");
    public static readonly Operation StreamLogs = Training(nameof(ITrainingClient.StreamLogsAsync), OperationKind.Stream, Read, "read a log");
    public static readonly Operation Cancel = Training(nameof(ITrainingClient.CancelTrainingAsync), Unary, Submit, "cancel a training");
    public static readonly Operation CancelGroup = Training(nameof(ITrainingClient.CancelGroupAsync), Unary, Submit, "cancel a group");
    public static readonly Operation Hold = Training(nameof(ITrainingClient.HoldTrainingAsync), Unary, Submit, "hold a training");
    public static readonly Operation Release = Training(nameof(ITrainingClient.ReleaseTrainingAsync), Unary, Submit, "release a training");

    public static readonly Operation GetRun = Run(nameof(IRunClient.GetAsync), Unary, "read a run");
    public static readonly Operation QueryRuns = Run(nameof(IRunClient.QueryAsync), Unary, "list runs");
    public static readonly Operation ListArtifacts = Run(nameof(IRunClient.ListArtifactsAsync), Unary, "list a run's files");
    public static readonly Operation ListMetrics = Run(nameof(IRunClient.ListMetricsAsync), Unary, "list a run's metrics");
    public static readonly Operation ReadMetric = Run(nameof(IRunClient.ReadMetricAsync), Unary, "read a metric");
    public static readonly Operation OpenArtifact = Run(nameof(IRunClient.OpenArtifactAsync), OperationKind.File, "read a run's file");

    public static readonly Operation ListModels = Model(nameof(IModelClient.ListAsync), Unary, Read, "list models");
    public static readonly Operation ListModelVersions = Model(nameof(IModelClient.ListVersionsAsync), Unary, Read, "list a model's versions");
    public static readonly Operation GetModel = Model(nameof(IModelClient.GetAsync), Unary, Read, "read a model's version");
    public static readonly Operation ListModelFiles = Model(nameof(IModelClient.ListFilesAsync), Unary, Read, "list a model's files");
    public static readonly Operation OpenModelFile = Model(nameof(IModelClient.OpenFileAsync), OperationKind.File, Read, "read a model's file");
    public static readonly Operation SetAlias = Model(nameof(IModelClient.SetAliasAsync), Unary, Rule, "move an alias");
    public static readonly Operation RemoveAlias = Model(nameof(IModelClient.RemoveAliasAsync), Unary, Rule, "remove an alias");
    public static readonly Operation RemoveModel = Model(nameof(IModelClient.RemoveAsync), Unary, Rule, "delete a model's version");

    public static readonly Operation AddDataset = Dataset(nameof(IDatasetClient.AddAsync), Upload, Add, "add a dataset");
    public static readonly Operation AddIntents = Dataset(nameof(IDatasetClient.AddIntentsAsync), Upload, Add, "add a dataset");
    public static readonly Operation ListDatasets = Dataset(nameof(IDatasetClient.ListAsync), Unary, Read, "list datasets");
    public static readonly Operation ListDatasetVersions = Dataset(nameof(IDatasetClient.ListVersionsAsync), Unary, Read, "list a dataset's versions");
    public static readonly Operation ListDatasetFiles = Dataset(nameof(IDatasetClient.ListFilesAsync), Unary, Read, "list a dataset's files");
    public static readonly Operation ResolveDataset = Dataset(nameof(IDatasetClient.ResolveAsync), Unary, Read, "find a dataset's version");
    public static readonly Operation TagDataset = Dataset(nameof(IDatasetClient.TagAsync), Unary, Add, "tag a dataset");
    public static readonly Operation RemoveDatasetTag = Dataset(nameof(IDatasetClient.RemoveTagAsync), Unary, Add, "remove a dataset's tag");
    public static readonly Operation DeleteDataset = Dataset(nameof(IDatasetClient.DeleteAsync), Unary, Rule, "delete a dataset's version");

    public static readonly Operation ListPools =
        new(typeof(IPoolClient), nameof(IPoolClient.ListAsync), Unary, Read, Subject.Pool) { Words = "list pools" };

    public static readonly Operation GetPool =
        new(typeof(IPoolClient), nameof(IPoolClient.GetAsync), Unary, Read, Subject.Pool) { Words = "read a pool" };

    public static readonly Operation ListAlgorithms =
        new(typeof(ITrainingClient), nameof(ITrainingClient.ListAlgorithmsAsync), Unary, Read, Subject.Service) { Words = "list algorithms" };

    public static readonly Operation ListAudit =
        new(typeof(ITrainingClient), nameof(ITrainingClient.ListAuditAsync), Unary, Audit, Subject.Service) { Words = "read the audit log" };

    public static IReadOnlyList<Operation> All { get; } =
    [
        Train, TrainAll, TrainSweep, Rerun, GetStatus, Explain, GetStatuses, List, Watch, Resume, StreamLogs, Cancel, CancelGroup, Hold, Release,
        GetRun, QueryRuns, ListArtifacts, ListMetrics, ReadMetric, OpenArtifact,
        ListModels, ListModelVersions, GetModel, ListModelFiles, OpenModelFile, SetAlias, RemoveAlias, RemoveModel,
        AddDataset, AddIntents, ListDatasets, ListDatasetVersions, ListDatasetFiles, ResolveDataset, TagDataset, RemoveDatasetTag, DeleteDataset,
        ListPools, GetPool, ListAlgorithms, ListAudit,
    ];

    private static Operation Training(string member, OperationKind kind, Permission permission, string words) =>
        new(typeof(ITrainingClient), member, kind, permission, Subject.Training) { Words = words };

    private static Operation Run(string member, OperationKind kind, string words) =>
        new(typeof(IRunClient), member, kind, Read, Subject.Run) { Words = words };

    private static Operation Model(string member, OperationKind kind, Permission permission, string words) =>
        new(typeof(IModelClient), member, kind, permission, Subject.Model) { Words = words };

    private static Operation Dataset(string member, OperationKind kind, Permission permission, string words) =>
        new(typeof(IDatasetClient), member, kind, permission, Subject.Dataset) { Words = words };
}
