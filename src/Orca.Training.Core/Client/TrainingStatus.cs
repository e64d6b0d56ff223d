using System.Text.Json.Serialization;
using Orca.Training.Client.Json;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>How far a watcher has seen a job. Its three parts can be kept and given again later.</summary>
/// <param name="Job">The job.</param>
/// <param name="Installation">The installation that it is of; null if that is not known, and then nothing is noticed.</param>
/// <param name="Revision">The last <see cref="TrainingStatus.Revision"/> seen; 0 for none.</param>
public readonly record struct WatchPosition(JobId Job, InstallationId? Installation, long Revision);

/// <summary>Where a job stands, as its callers see it. In JSON it is one flat object, spelt as <see cref="Runs.RunExport"/> spells a run.</summary>
[JsonConverter(typeof(TrainingStatusConverter))]
public sealed record TrainingStatus
{
    /// <summary>The job.</summary>
    public required JobId JobId { get; init; }

    /// <summary>
    /// The installation that the job is of: ids say which job only within it. A service that keeps its jobs in memory is a new one each time
    /// it starts. Null if the service does not say.
    /// </summary>
    public InstallationId? Installation { get; init; }

    /// <summary>Who submitted it; null where the service did not know.</summary>
    public string? User { get; init; }

    /// <summary>The team that it belongs to; null for the installation's default team.</summary>
    public string? Team { get; init; }

    /// <summary>Counts the job's changes; what <see cref="ITrainingClient.WatchTrainingAsync"/> goes on from.</summary>
    public required long Revision { get; init; }

    /// <summary>Which status this is: what <see cref="ITrainingClient.ResumeWatchAsync"/> goes on from.</summary>
    public WatchPosition Position => new(JobId, Installation, Revision);

    /// <summary>Its state.</summary>
    public required JobState State { get; init; }

    /// <summary>The state in a sentence: what it waits for, what it does, how it ended.</summary>
    public required string Message { get; init; }

    /// <summary>What was asked for, with the dataset version that was resolved.</summary>
    public required TrainingRequest Request { get; init; }

    /// <summary>Its place in the queue, counted from 1; null when it is not queued.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Since when it is held: it is not started before somebody releases it. Null while it is not.</summary>
    public DateTimeOffset? HeldAt { get; init; }

    /// <summary>Who holds it; null while it is not held, or where the caller had no name.</summary>
    public string? HeldBy { get; init; }

    /// <summary>While queued: it is not started before this time, such as between two attempts. Null where it need not wait, and it may have passed.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The number of its newest attempt; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// Its attempts so far, oldest first, each with its machine, containers, times and outcome; <see cref="LogQuery.Attempt"/> asks for the log of
    /// one. A start that was put off before it ran is none, though its number is used up.
    /// </summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>What the launch is busy with, while launching.</summary>
    public LaunchPhase? Phase { get; init; }

    /// <summary>What the training has said of itself so far.</summary>
    public TrainingProgress Progress { get; init; } = TrainingProgress.None;

    /// <summary>How it ended; null while it has not.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>What it left behind; empty unless it succeeded.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>The version that its model got under <see cref="TrainingRequest.OutputModelName"/>; null where it has none.</summary>
    public int? ModelVersion { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When its newest attempt was seen running.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its final state.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When somebody asked to cancel it.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>Who asked to cancel it; null where nobody did, or where the caller had no name.</summary>
    public string? CancelRequestedBy { get; init; }

    /// <summary>
    /// What this answer does not hold whole, since it would not fit into a message: <c>artifacts</c>, <c>metrics</c> or <c>attempts</c>. Mostly empty.
    /// <see cref="IRunClient.ListArtifactsAsync"/> and <see cref="IRunClient.ListMetricsAsync"/> have all of theirs; of attempts the newest are here.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

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
            Revision = job.Revision,
            State = job.State,
            Message = StatusSentence.For(job, reading.QueuePosition, unfinished),
            Request = job.Request,
            QueuePosition = reading.QueuePosition,
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
