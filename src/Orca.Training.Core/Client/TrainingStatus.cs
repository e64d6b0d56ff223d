using System.Text.Json.Serialization;
using Orca.Training.Client.Json;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>The position of a watcher in the changes of a job. The three values can be stored and used again later.</summary>
/// <param name="Job">The job.</param>
/// <param name="Installation">The installation of the job. Null if it is not known; then another installation is not detected.</param>
/// <param name="Revision">The last <see cref="TrainingStatus.Revision"/> seen; 0 for none.</param>
public readonly record struct WatchPosition(JobId Job, InstallationId? Installation, long Revision);

/// <summary>
/// The status of a job, as callers see it. In JSON it is one flat object, with the names of <see cref="Runs.RunExport"/>.
/// </summary>
[JsonConverter(typeof(TrainingStatusConverter))]
public sealed record TrainingStatus
{
    /// <summary>The job.</summary>
    public required JobId JobId { get; init; }

    /// <summary>
    /// The installation of the job. Ids are unique within an installation only. A service with jobs in memory is a new installation after
    /// each start. Null if the service does not report it.
    /// </summary>
    public InstallationId? Installation { get; init; }

    /// <summary>The user who submitted it. Null if the service did not know.</summary>
    public string? User { get; init; }

    /// <summary>The team that the job belongs to. Null for the default team.</summary>
    public string? Team { get; init; }

    /// <summary>The pool that the job was submitted to. Null if the service had no pools.</summary>
    public string? Pool { get; init; }

    /// <summary>The number of changes of the job. <see cref="ITrainingClient.WatchTrainingAsync"/> continues after it.</summary>
    public required long Revision { get; init; }

    /// <summary>Identifies this status. <see cref="ITrainingClient.ResumeWatchAsync"/> continues after it.</summary>
    public WatchPosition Position => new(JobId, Installation, Revision);

    /// <summary>The state of the job.</summary>
    public required JobState State { get; init; }

    /// <summary>The state in a sentence: what the job waits for, what it does, or how it ended.</summary>
    public required string Message { get; init; }

    /// <summary>The request, with the resolved dataset version.</summary>
    public required TrainingRequest Request { get; init; }

    /// <summary>The place in the queue, counted from 1. Null if the job is not queued.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>When the job was held; it does not start until it is released. Null if it is not held.</summary>
    public DateTimeOffset? HeldAt { get; init; }

    /// <summary>The user who holds it. Null if it is not held, or if the caller had no name.</summary>
    public string? HeldBy { get; init; }

    /// <summary>
    /// The earliest time at which a queued job starts, for example after a pause between two attempts. It may have passed. Null if there
    /// is none.
    /// </summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The number of the newest attempt; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// The attempts so far, oldest first, each with its machine, containers, times and outcome. <see cref="LogQuery.Attempt"/> selects
    /// the log of one. A deferred start is not an attempt, but uses a number.
    /// </summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>The current step of the launch, while launching.</summary>
    public LaunchPhase? Phase { get; init; }

    /// <summary>What the training has reported so far.</summary>
    public TrainingProgress Progress { get; init; } = TrainingProgress.None;

    /// <summary>How it ended. Null until then.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>The published files. Empty unless the job succeeded.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>The version of its model under <see cref="TrainingRequest.OutputModelName"/>. Null if there is none.</summary>
    public int? ModelVersion { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When the newest attempt was first seen running.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its final state.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When its cancellation was requested. Null if it was not.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>The user who requested its cancellation. Null if there is none, or if the caller had no name.</summary>
    public string? CancelRequestedBy { get; init; }

    /// <summary>
    /// The parts that are incomplete because the answer would be too large for a message: <c>artifacts</c>, <c>metrics</c> or
    /// <c>attempts</c>. Usually empty. <see cref="IRunClient.ListArtifactsAsync"/> and <see cref="IRunClient.ListMetricsAsync"/> return
    /// all of theirs; of attempts, the newest are here.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Why it waits, as the message says it.</summary>
    internal string? Why { get; init; }

    /// <param name="reading">The job.</param>
    /// <param name="installation">Whose it is.</param>
    /// <param name="unfinished">The jobs that it may wait for: those of its dependencies that have not succeeded are among them.</param>
    internal static TrainingStatus Of(JobReading reading, InstallationId installation, IReadOnlySet<JobId> unfinished)
    {
        var job = reading.Job;
        var status = new TrainingStatus
        {
            JobId = job.Id,
            Installation = installation,
            User = job.User,
            Team = job.Team,
            Pool = job.Pool,
            Revision = job.Revision,
            State = job.State,
            Message = StatusSentence.For(job, reading.QueuePosition, reading.Why, unfinished),
            Request = job.Request,
            QueuePosition = reading.QueuePosition,
            Why = reading.Why,
            HeldAt = job.HeldAt,
            HeldBy = job.HeldBy,
            NotBefore = job.NotBefore,
            Attempt = job.LastAttempt,
            Attempts = job.Attempts,
            Phase = job.Phase,
            Progress = job.Progress is { Announced: null, Position: { Timestamp: 0, Lines: 0 } } ? job.Progress : job.Progress with { Announced = null, Position = default },
            Outcome = job.Outcome,
            Artifacts = job.Artifacts,
            ModelVersion = job.ModelVersion,
            SubmittedAt = job.SubmittedAt,
            StartedAt = job.Attempts is [.., var last] ? last.StartedAt : null,
            FinishedAt = job.FinishedAt,
            CancelRequestedAt = job.CancelRequestedAt,
            CancelRequestedBy = job.CancelRequestedBy,
        };
        return Fitting.Fit(status, Fitting.MostOfAMessage);
    }
}
