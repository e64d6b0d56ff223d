using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>The result of one job, with everything that is needed to repeat it exactly.</summary>
public sealed record Run
{
    /// <summary>The job.</summary>
    public required JobId Job { get; init; }

    /// <summary>The request, with the resolved dataset version (the hash of its content).</summary>
    public required TrainingRequest Request { get; init; }

    /// <summary>The user who submitted it. Null if the service did not know.</summary>
    public string? User { get; init; }

    /// <summary>The team that it belongs to. Null for the default team.</summary>
    public string? Team { get; init; }

    /// <summary>The pool to which it was submitted. Null if there were no pools.</summary>
    public string? Pool { get; init; }

    /// <summary>The state of the job.</summary>
    public required JobState State { get; init; }

    /// <summary>What its newest attempt executed: image, digest, command and parameters. Null if its runtime does not report it.</summary>
    public Execution? Execution { get; init; }

    /// <summary>Its attempts, oldest first.</summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>The last value of each metric.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, double>.Empty;

    /// <summary>The published files. Empty unless the job succeeded.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>The version of its model under <see cref="TrainingRequest.OutputModelName"/>. Null if there is none.</summary>
    public int? ModelVersion { get; init; }

    /// <summary>When the job was accepted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When its first attempt was seen running.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the job reached its final state.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How the job ended. Null until then.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>
    /// The parts that are incomplete because the response would be too large for a message: <c>artifacts</c>, <c>metrics</c> or
    /// <c>attempts</c>. Usually empty. <see cref="Client.IRunClient.ListArtifactsAsync"/> and <see
    /// cref="Client.IRunClient.ListMetricsAsync"/> return complete lists; of attempts, the newest are here.
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
