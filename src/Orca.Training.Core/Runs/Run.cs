using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>What one job produced, and all that is needed to run it again exactly.</summary>
public sealed record Run
{
    /// <summary>The job.</summary>
    public required JobId Job { get; init; }

    /// <summary>What was asked for, with the dataset version (a hash of its content) that was resolved.</summary>
    public required TrainingRequest Request { get; init; }

    /// <summary>Who submitted it, where that was known.</summary>
    public string? User { get; init; }

    /// <summary>The team that it belongs to; null for the default one.</summary>
    public string? Team { get; init; }

    /// <summary>The pool that it was submitted to; null where there were no pools.</summary>
    public string? Pool { get; init; }

    /// <summary>Where the job stands.</summary>
    public required JobState State { get; init; }

    /// <summary>What its newest attempt executed: image, digest, command and parameters; null where its runtime does not tell.</summary>
    public Execution? Execution { get; init; }

    /// <summary>Its attempts, oldest first.</summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>The last value of each metric.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, double>.Empty;

    /// <summary>What it published; empty unless it succeeded.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>The version that its model got under <see cref="TrainingRequest.OutputModelName"/>; null where it has none.</summary>
    public int? ModelVersion { get; init; }

    /// <summary>When the job was accepted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When its first attempt was seen running.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the job reached its final state.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How the job ended; null while it has not.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>
    /// What this answer does not hold whole, since it would not fit into a message: <c>artifacts</c>, <c>metrics</c> or <c>attempts</c>. Mostly empty.
    /// <see cref="Client.IRunClient.ListArtifactsAsync"/> and <see cref="Client.IRunClient.ListMetricsAsync"/> have all of theirs; of attempts the newest are here.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The run of a job as it stands.</summary>
    internal static Run Of(Job job) => new()
    {
        Job = job.Id,
        Request = job.Request,
        User = job.User,
        Team = job.Team,
        Pool = job.Pool,
        State = job.State,
        Execution = job.Attempts is [.., var last] ? last.Execution : null,
        Attempts = job.Attempts,
        Metrics = job.Progress.Metrics,
        Artifacts = job.Artifacts,
        ModelVersion = job.ModelVersion,
        SubmittedAt = job.SubmittedAt,
        StartedAt = job.Attempts.Select(a => a.StartedAt).FirstOrDefault(s => s is not null),
        FinishedAt = job.FinishedAt,
        Outcome = job.Outcome,
    };
}
