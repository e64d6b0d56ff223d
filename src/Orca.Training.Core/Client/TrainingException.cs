namespace Orca.Training.Client;

/// <summary>What kind of trouble a call met: the gRPC status codes that the service uses.</summary>
public enum TrainingError
{
    /// <summary>The request is wrong; <see cref="TrainingException.Violations"/> says where.</summary>
    InvalidArgument,

    /// <summary>There is no such job.</summary>
    NotFound,

    /// <summary>The same key was used for another request.</summary>
    AlreadyExists,

    /// <summary>A limit of the service is reached.</summary>
    ResourceExhausted,

    /// <summary>The caller may not do that.</summary>
    PermissionDenied,

    /// <summary>The service does not know who calls.</summary>
    Unauthenticated,

    /// <summary>The job's state does not allow it.</summary>
    FailedPrecondition,

    /// <summary>The service cannot answer now; trying again later may help.</summary>
    Unavailable,

    /// <summary>The service made a mistake; its log says more.</summary>
    Internal,
}

/// <summary>A field of a request that is wrong.</summary>
/// <param name="Field">The field, spelt as in the contract: <c>dataset_id</c>, <c>parameters[LR]</c>.</param>
/// <param name="Description">The value found and what would be right.</param>
public sealed record FieldViolation(string Field, string Description);

/// <summary>The service refused a call, or could not do it.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Says what kind of trouble, and which fields.</summary>
    public TrainingException(TrainingError error, string message, IReadOnlyList<FieldViolation>? violations = null, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        Violations = violations ?? [];
    }

    /// <summary>The kind of trouble.</summary>
    public TrainingError Error { get; }

    /// <summary>The fields that are wrong, for <see cref="TrainingError.InvalidArgument"/>.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; }

    internal static TrainingException NotFound(Jobs.JobId job) =>
        new(TrainingError.NotFound, $"There is no job {job}. It was never submitted here, or its retention has expired.");

    /// <summary>An id means another job, or none, in another installation.</summary>
    internal static TrainingException NotFound(Jobs.JobId job, Jobs.InstallationId seenIn, Jobs.InstallationId current) =>
        new(TrainingError.NotFound, $"There is no job {job} of installation {seenIn}: this is installation {current}. A service with jobs in memory loses them when it restarts.");

    /// <summary>A key stands for a job that was submitted with another request.</summary>
    internal static TrainingException KeyInUse(string key, Jobs.JobId job) =>
        new(TrainingError.AlreadyExists, $"The idempotency key '{key}' belongs to job {job}, which was submitted with another request. Repeat that request unchanged, or use another key for this one.");

    internal static TrainingException Invalid(string field, string description) => Invalid([new FieldViolation(field, description)]);

    internal static TrainingException Invalid(IReadOnlyList<FieldViolation> violations) =>
        new(TrainingError.InvalidArgument, string.Join(" ", violations.Select(v => $"{v.Field}: {v.Description}")), violations);
}
