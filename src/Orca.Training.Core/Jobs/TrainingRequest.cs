using System.Collections.ObjectModel;

namespace Orca.Training.Jobs;

/// <summary>What a caller submits.</summary>
public sealed record TrainingRequest
{
    private readonly RequestExtras _extras = RequestExtras.None;

    /// <summary>The name of an algorithm of the host.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The dataset to train with.</summary>
    public required string DatasetId { get; init; }

    /// <summary>The hash or tag of the dataset version. Empty: the newest version at submission.</summary>
    public string DatasetVersion { get; init; } = "";

    /// <summary>The name of the training, for people. It may be empty and need not be unique.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name of the model that the training publishes. May be empty.</summary>
    public string OutputModelName { get; init; } = "";

    /// <summary>
    /// A stored model as input, for example to evaluate it: <c>name</c> for the newest version, <c>name:version</c> or <c>name:alias</c>.
    /// The stored request has the resolved version. Null: none.
    /// </summary>
    public string? InputModel
    {
        get => _extras.InputModel;
        init => _extras = _extras.InputModel == value ? _extras : _extras with { InputModel = value };
    }

    /// <summary>
    /// The run that this training repeats, with its image and command instead of the current ones of the algorithm. <see
    /// cref="Client.ITrainingClient.RerunAsync"/> sets it; other callers cannot. Null for none.
    /// </summary>
    public JobId? RerunOf
    {
        get => _extras.RerunOf;
        init => _extras = _extras.RerunOf == value ? _extras : _extras with { RerunOf = value };
    }

    /// <summary>The hyperparameters. Each becomes an environment variable of the container, under its own name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Texts by which jobs can be found. The training does not get them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The number of containers of a distributed training; otherwise 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// The pool in which the training waits, one of those that the caller may use. Null: the caller's own.
    /// <see cref="Client.TrainingStatus.Pool"/> says which one it is.
    /// </summary>
    public string? Pool
    {
        get => _extras.Pool;
        init => _extras = _extras.Pool == value ? _extras : _extras with { Pool = value };
    }

    /// <summary>
    /// The order among the trainings of one user in a pool: the higher first, from -1000 to 1000. It never passes a training of another user. Default 0.
    /// </summary>
    public int Priority
    {
        get => _extras.Priority;
        init => _extras = _extras.Priority == value ? _extras : _extras with { Priority = value };
    }

    /// <summary>What each worker asks for. Null: what the algorithm's settings say.</summary>
    public TrainingResources? Resources
    {
        get => _extras.Resources;
        init => _extras = _extras.Resources == value ? _extras : _extras with { Resources = value };
    }

    /// <summary>A name that lists trainings together, such as those of a sweep. Null: none.</summary>
    public string? Group { get; init; }

    /// <summary>
    /// Makes it safe to repeat a submission whose response was lost. The same request of the same user with the same key returns the same
    /// job; another request with that key is refused. A key is valid as long as its job is kept. Null: none.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The trainings that must succeed before this one starts. If one does not, this one fails.</summary>
    public IReadOnlyList<JobId> DependsOn { get => field ?? []; init; } = [];

    /// <summary>Whether the job is held: it does not start until it is released.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The time limits. Null: those of the algorithm.</summary>
    public TrainingTimeouts? Timeouts { get; init; }

    /// <summary>When a failed attempt is retried. Null: the policy of the algorithm.</summary>
    public RetryPolicy? Retries { get; init; }
}
