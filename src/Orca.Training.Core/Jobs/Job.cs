using System.Text.Json.Serialization;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.Jobs;

/// <summary>An accepted request and all that is on record about it. Immutable: each change makes a new one with the next revision.</summary>
public sealed record Job
{
    private readonly Moment _submittedAt;
    private readonly Moment _finishedAt;
    private readonly JobExtras _extras = JobExtras.None;

    /// <summary>Given by the store.</summary>
    public required JobId Id { get; init; }

    /// <summary>What was asked for; its dataset version is the one that was resolved at the submission.</summary>
    public required TrainingRequest Request { get; init; }

    /// <summary>Who submitted it, where the caller's identity was known.</summary>
    public string? User
    {
        get => _extras.User;
        init => _extras = _extras.User == value ? _extras : _extras with { User = value };
    }

    /// <summary>The team that it belongs to; null for the installation's default team, as for jobs from before there were teams.</summary>
    public string? Team
    {
        get => _extras.Team;
        init => _extras = _extras.Team == value ? _extras : _extras with { Team = value };
    }

    /// <summary>
    /// The pool that it was submitted to, as it was resolved for its caller; null where there were no pools. The settings say where its
    /// jobs wait if it is there no more.
    /// </summary>
    public string? Pool
    {
        get => _extras.Pool;
        init => _extras = _extras.Pool == value ? _extras : _extras with { Pool = value };
    }

    /// <summary>The submission's place in its caller's trace, as W3C's traceparent spells it; null where there was none.</summary>
    public string? TraceParent
    {
        get => _extras.TraceParent;
        init => _extras = _extras.TraceParent == value ? _extras : _extras with { TraceParent = value };
    }

    /// <summary>Counts this job's changes from 1, without gaps.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>Where it stands.</summary>
    public JobState State { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset SubmittedAt
    {
        get => _submittedAt.Value ?? default;
        init => _submittedAt = new Moment(value);
    }

    /// <summary>When it reached its final state.</summary>
    public DateTimeOffset? FinishedAt
    {
        get => _finishedAt.Value;
        init => _finishedAt = new Moment(value);
    }

    /// <summary>Not to be started before this time; set when a start was put off.</summary>
    public DateTimeOffset? NotBefore
    {
        get => _extras.NotBefore.Value;
        init => _extras = _extras.NotBefore.Value == value ? _extras : _extras with { NotBefore = new Moment(value) };
    }

    /// <summary>Why it is back in the queue, where it has been put off, or why no machine could start it as they are now.</summary>
    public string? QueueReason
    {
        get => _extras.QueueReason;
        init => _extras = _extras.QueueReason == value ? _extras : _extras with { QueueReason = value };
    }

    /// <summary>How often in a row its start was put off; such starts cost no attempt.</summary>
    public int Deferrals
    {
        get => _extras.Deferrals;
        init => _extras = _extras.Deferrals == value ? _extras : _extras with { Deferrals = value };
    }

    /// <summary>When somebody asked to cancel it: an intent, until the state says so.</summary>
    public DateTimeOffset? CancelRequestedAt
    {
        get => _extras.CancelRequestedAt.Value;
        init => _extras = _extras.CancelRequestedAt.Value == value ? _extras : _extras with { CancelRequestedAt = new Moment(value) };
    }

    /// <summary>Who asked to cancel it; null where nobody did, or where the caller had no name.</summary>
    public string? CancelRequestedBy
    {
        get => _extras.CancelRequestedBy;
        init => _extras = _extras.CancelRequestedBy == value ? _extras : _extras with { CancelRequestedBy = value };
    }

    /// <summary>Since when it is held: it waits, and is not started before somebody releases it. Null while it is not held.</summary>
    public DateTimeOffset? HeldAt
    {
        get => _extras.HeldAt.Value;
        init => _extras = _extras.HeldAt.Value == value ? _extras : _extras with { HeldAt = new Moment(value) };
    }

    /// <summary>Who holds it; null while it is not held, or where the caller had no name.</summary>
    public string? HeldBy
    {
        get => _extras.HeldBy;
        init => _extras = _extras.HeldBy == value ? _extras : _extras with { HeldBy = value };
    }

    /// <summary>When it last came into the queue, by a release or for another try; null if that was by its submission.</summary>
    public DateTimeOffset? QueuedAt
    {
        get => _extras.QueuedAt.Value;
        init => _extras = _extras.QueuedAt.Value == value ? _extras : _extras with { QueuedAt = new Moment(value) };
    }

    /// <summary>
    /// A hash of what was submitted, as it was before anything was filled in: what a repeated submission with the same key is compared with. Null
    /// for a job without a key and without others that were submitted with it.
    /// </summary>
    public string? Fingerprint
    {
        get => _extras.Fingerprint;
        init => _extras = _extras.Fingerprint == value ? _extras : _extras with { Fingerprint = value };
    }

    /// <summary>The number of the newest attempt, 0 before the first.</summary>
    public int LastAttempt { get; init; }

    /// <summary>
    /// Its attempts, oldest first; those that were put off before they ran are left out, and of many all but the first two and the last eight.
    /// </summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>What a launch is busy with, while launching.</summary>
    public LaunchPhase? Phase { get; init; }

    /// <summary>What the newest attempt's training has said of itself.</summary>
    public TrainingProgress Progress { get; init; } = TrainingProgress.None;

    /// <summary>How it ended; null while it has not.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>What the successful attempt left behind; empty before it is published.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>The version that its model got under <see cref="TrainingRequest.OutputModelName"/>; null where it has none.</summary>
    public int? ModelVersion
    {
        get => _extras.ModelVersion;
        init => _extras = _extras.ModelVersion == value ? _extras : _extras with { ModelVersion = value };
    }

    /// <summary>Those of its attempts that are left out because there are many; null for none.</summary>
    [JsonInclude]
    internal PastAttempts? Past
    {
        get => _extras.Past;
        init => _extras = _extras.Past == value ? _extras : _extras with { Past = value };
    }

    /// <summary>What a newer version put on record and this one does not know; kept, so that no change loses it.</summary>
    internal UnknownFields? Unknown
    {
        get => _extras.Unknown;
        init => _extras = _extras.Unknown == value ? _extras : _extras with { Unknown = value };
    }

    /// <summary>Whether it is on record that no machine could start it as they are now.</summary>
    internal bool IsMisfit => State is JobState.Queued && QueueReason is not null && NotBefore is null;

    /// <summary>The newest attempt if it has not ended, else null.</summary>
    public Attempt? OpenAttempt => Attempts is [.., { EndedAt: null } last] ? last : null;
}
