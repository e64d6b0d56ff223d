using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.Jobs;

/// <summary>
/// What most jobs have none of, or have unchanged from their submission on. A job is copied with each change, and its copies share this
/// part, so that they are small. <see cref="Job"/> says what each means.
/// </summary>
internal sealed record JobExtras
{
    public static readonly JobExtras None = new();

    public string? User { get; init; }

    public string? Team { get; init; }

    public string? Pool { get; init; }

    public string? CancelRequestedBy { get; init; }

    public string? HeldBy { get; init; }

    public string? TraceParent { get; init; }

    public string? Fingerprint { get; init; }

    public string? QueueReason { get; init; }

    public int Deferrals { get; init; }

    public Moment NotBefore { get; init; }

    public Moment CancelRequestedAt { get; init; }

    public Moment HeldAt { get; init; }

    public Moment QueuedAt { get; init; }

    public int? ModelVersion { get; init; }

    public PastAttempts? Past { get; init; }

    public UnknownFields? Unknown { get; init; }
}
