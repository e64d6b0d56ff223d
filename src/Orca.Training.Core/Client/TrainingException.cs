namespace Orca.Training.Client;

/// <summary>The kind of an error; corresponds to a gRPC status code.</summary>
public enum TrainingError
{
    /// <summary>The request is wrong; <see cref="TrainingException.Violations"/> says where.</summary>
    InvalidArgument,

    /// <summary>The job, run, model, dataset or file does not exist.</summary>
    NotFound,

    /// <summary>The idempotency key was used with another request.</summary>
    AlreadyExists,

    /// <summary>A limit of the service is reached.</summary>
    ResourceExhausted,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied,

    /// <summary>The caller is not authenticated.</summary>
    Unauthenticated,

    /// <summary>The current state does not allow the call.</summary>
    FailedPrecondition,

    /// <summary>The service cannot answer now. Try again later.</summary>
    Unavailable,

    /// <summary>An unexpected error of the service. Its log has the details.</summary>
    Internal,
}

/// <summary>A field of a request that is wrong.</summary>
/// <param name="Field">The field, named as in the contract: <c>dataset_id</c>, <c>parameters[LR]</c>.</param>
/// <param name="Description">The value found and what would be right.</param>
public sealed record FieldViolation(string Field, string Description);

/// <summary>Thrown if the service refuses a call or fails.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Creates the exception, with the kind of the error and the wrong fields.</summary>
    public TrainingException(TrainingError error, string message, IReadOnlyList<FieldViolation>? violations = null, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        Violations = violations ?? [];
    }

    /// <summary>The kind of the error.</summary>
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
