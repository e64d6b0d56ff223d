using System.Collections.ObjectModel;

namespace Orca.Training.Jobs;

/// <summary>What a caller submits.</summary>
public sealed record TrainingRequest
{
    /// <summary>A name that the host maps to an image, its command and its defaults.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The dataset to train on.</summary>
    public required string DatasetId { get; init; }

    /// <summary>The dataset's version hash; empty for the newest at the time of the submission.</summary>
    public string DatasetVersion { get; init; } = "";

    /// <summary>What people call this training; need not be unique; may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the resulting model is to be called; may be empty.</summary>
    public string OutputModelName { get; init; } = "";

    /// <summary>
    /// A stored model to work on, such as to evaluate it or to predict with it: its name, for the newest version, or <c>name:version</c> or
    /// <c>name:alias</c>. A job's request has the version that was resolved at its submission. Null for none.
    /// </summary>
    public string? InputModel { get; init; }

    /// <summary>
    /// The run that this one repeats, with that run's image and command instead of the algorithm's present ones; what <see cref="Client.ITrainingClient.RerunAsync"/> sets. Callers elsewhere cannot set it. Null for none.
    /// </summary>
    public JobId? RerunOf { get; init; }

    /// <summary>Hyperparameters: each becomes an environment variable of the container under its own name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Free words to find jobs by; the training does not see them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>How many containers train together; 1 unless the training is distributed.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>A name under which trainings are listed together, such as those of a sweep; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>
    /// Makes a submission that is repeated, because its answer was lost, the same job and not another one: of one user, the same key with
    /// the same request returns the job that the key stands for, and with another request is refused. It holds for as long as the job is kept. Null for none.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The trainings that have to succeed before this one starts; if one ends otherwise, this one fails with it.</summary>
    public IReadOnlyList<JobId> DependsOn { get => field ?? []; init; } = [];

    /// <summary>Whether it is not to start before somebody releases it.</summary>
    public bool IsHeld { get; init; }

    /// <summary>How long it may take; null for no limits but the service's own.</summary>
    public TrainingTimeouts? Timeouts { get; init; }

    /// <summary>Whether an attempt that failed is followed by another one; null for the algorithm's own policy.</summary>
    public RetryPolicy? Retries { get; init; }
}
