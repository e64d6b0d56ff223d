using Google.Protobuf.WellKnownTypes;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc;

/// <summary>A training's status on the wire and back.</summary>
/// <remarks>All of it crosses but <see cref="TrainingProgress.Position"/>, which is the tracker's place in the output and no caller's business.</remarks>
internal static class StatusMapping
{
    public static Wire.GetTrainingStatusResponse ToWire(TrainingStatus status)
    {
        var message = new Wire.GetTrainingStatusResponse
        {
            Status = ToWire(status.State),
            JobId = status.JobId.Value,
            Message = status.Message,
            Metadata = RequestMapping.ToWire(status.Request),
            PositionInQueue = status.QueuePosition ?? 0,
            Revision = status.Revision,
            Attempt = status.Attempt,
            Phase = status.Phase is { } phase ? ToWire(phase) : null,
            Progress = ToWire(status.Progress),
            Outcome = status.Outcome is { } outcome ? ToWire(outcome) : null,
            SubmittedAt = status.SubmittedAt.ToTimestamp(),
            StartedAt = status.StartedAt?.ToTimestamp(),
            FinishedAt = status.FinishedAt?.ToTimestamp(),
            CancelRequestedAt = status.CancelRequestedAt?.ToTimestamp(),
            User = status.User ?? "",
            Installation = status.Installation?.Value ?? "",
            HeldAt = status.HeldAt?.ToTimestamp(),
            NotBefore = status.NotBefore?.ToTimestamp(),
            ModelVersion = status.ModelVersion ?? 0,
            Team = status.Team ?? "",
            Pool = status.Pool ?? "",
            CancelRequestedBy = status.CancelRequestedBy ?? "",
            HeldBy = status.HeldBy ?? "",
        };
        message.Attempts.AddRange(status.Attempts.Select(ToWire));
        message.Artifacts.AddRange(status.Artifacts.Select(ToWire));
        message.LeftOut.AddRange(status.LeftOut);
        return message;
    }

    /// <exception cref="TrainingException">The service says something that this client has no word for.</exception>
    public static TrainingStatus FromWire(Wire.GetTrainingStatusResponse message) => new()
    {
        JobId = new JobId(message.JobId),
        Revision = message.Revision,
        State = FromWire(message.Status),
        Message = message.Message,
        Request = RequestMapping.OfStatus(message.Metadata ?? new Wire.TrainingJobMetadata()),
        QueuePosition = message.PositionInQueue > 0 ? message.PositionInQueue : null,
        Attempt = message.Attempt,
        Phase = message.Phase is { } phase ? FromWire(phase) : null,
        Progress = message.Progress is { } progress ? FromWire(progress) : TrainingProgress.None,
        Outcome = message.Outcome is { } outcome ? FromWire(outcome) : null,
        Artifacts = [.. message.Artifacts.Select(FromWire)],
        // A classic service does not say when.
        SubmittedAt = message.SubmittedAt?.ToDateTimeOffset() ?? default,
        StartedAt = message.StartedAt?.ToDateTimeOffset(),
        FinishedAt = message.FinishedAt?.ToDateTimeOffset(),
        CancelRequestedAt = message.CancelRequestedAt?.ToDateTimeOffset(),
        User = message.User.Length > 0 ? message.User : null,
        Installation = InstallationFromWire(message.Installation),
        HeldAt = message.HeldAt?.ToDateTimeOffset(),
        NotBefore = message.NotBefore?.ToDateTimeOffset(),
        ModelVersion = message.ModelVersion > 0 ? message.ModelVersion : null,
        Team = NullIfEmpty(message.Team),
        Pool = NullIfEmpty(message.Pool),
        CancelRequestedBy = NullIfEmpty(message.CancelRequestedBy),
        HeldBy = NullIfEmpty(message.HeldBy),
        Attempts = [.. message.Attempts.Select(FromWire)],
        LeftOut = [.. message.LeftOut],
    };

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;

    /// <summary>A classic service does not say which installation it is.</summary>
    public static InstallationId? InstallationFromWire(string value) => value.Length > 0 ? new InstallationId(value) : null;

    /// <summary>For a query, which may name what is no state: the service says what it thinks of that.</summary>
    public static Wire.TrainingStatus ToWireOfQuery(JobState state) => System.Enum.IsDefined(state) ? ToWire(state) : (Wire.TrainingStatus)(int)state;

    /// <summary>For a query: a number that is no state stays one.</summary>
    public static JobState FromWireOfQuery(Wire.TrainingStatus status) => System.Enum.IsDefined(status) ? FromWire(status) : (JobState)(int)status;

    internal static Wire.TrainingStatus ToWire(JobState state) => state switch
    {
        JobState.Queued => Wire.TrainingStatus.Queuing,
        JobState.Launching => Wire.TrainingStatus.Launch,
        JobState.Running => Wire.TrainingStatus.Running,
        JobState.Succeeded => Wire.TrainingStatus.Succeed,
        JobState.Failed => Wire.TrainingStatus.Failure,
        JobState.Cancelled => Wire.TrainingStatus.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "The contract has no value for this state."),
    };

    internal static JobState FromWire(Wire.TrainingStatus status) => status switch
    {
        Wire.TrainingStatus.Queuing => JobState.Queued,
        Wire.TrainingStatus.Launch => JobState.Launching,
        Wire.TrainingStatus.Running => JobState.Running,
        Wire.TrainingStatus.Succeed => JobState.Succeeded,
        Wire.TrainingStatus.Failure => JobState.Failed,
        Wire.TrainingStatus.Cancelled => JobState.Cancelled,
        _ => throw new TrainingException(TrainingError.Internal, $"The service returned the status {(int)status}, which this client does not know: the service has a newer version."),
    };

    internal static Wire.TrainingAttempt ToWire(Attempt attempt)
    {
        var message = new Wire.TrainingAttempt
        {
            Number = attempt.Number,
            Machine = attempt.Machine,
            CreatedAt = attempt.CreatedAt.ToTimestamp(),
            StartedAt = attempt.StartedAt?.ToTimestamp(),
            EndedAt = attempt.EndedAt?.ToTimestamp(),
            Outcome = attempt.Outcome is { } outcome ? ToWire(outcome) : null,
            Execution = attempt.Execution is { } execution ? DataMapping.ToWire(execution) : null,
        };
        message.Containers.AddRange(attempt.Incarnations);
        return message;
    }

    internal static Attempt FromWire(Wire.TrainingAttempt attempt) => new()
    {
        Number = attempt.Number,
        Machine = attempt.Machine,
        CreatedAt = attempt.CreatedAt?.ToDateTimeOffset() ?? default,
        StartedAt = attempt.StartedAt?.ToDateTimeOffset(),
        EndedAt = attempt.EndedAt?.ToDateTimeOffset(),
        Incarnations = [.. attempt.Containers],
        Execution = attempt.Execution is { } execution ? DataMapping.FromWire(execution) : null,
        Outcome = attempt.Outcome is { } outcome ? FromWire(outcome) : null,
    };

    private static Wire.LaunchPhase ToWire(LaunchPhase phase)
    {
        var message = new Wire.LaunchPhase
        {
            Step = phase.Step switch
            {
                LaunchStep.PreparingData => Wire.LaunchPhase.Types.Step.PreparingData,
                LaunchStep.PullingImage => Wire.LaunchPhase.Types.Step.PullingImage,
                LaunchStep.Starting => Wire.LaunchPhase.Types.Step.Starting,
                _ => throw new ArgumentOutOfRangeException(nameof(phase), phase.Step, "The contract has no value for this step."),
            },
        };
        if (phase.Fraction is { } fraction)
        {
            message.Fraction = fraction;
        }

        if (phase.Detail is { } detail)
        {
            message.Detail = detail;
        }

        return message;
    }

    private static LaunchPhase FromWire(Wire.LaunchPhase phase) => new(
        phase.Step switch
        {
            Wire.LaunchPhase.Types.Step.PreparingData => LaunchStep.PreparingData,
            Wire.LaunchPhase.Types.Step.PullingImage => LaunchStep.PullingImage,
            Wire.LaunchPhase.Types.Step.Starting => LaunchStep.Starting,
            _ => throw new TrainingException(TrainingError.Internal, $"The service returned the launch step {(int)phase.Step}, which this client does not know: the service has a newer version."),
        },
        phase.HasFraction ? phase.Fraction : null,
        phase.HasDetail ? phase.Detail : null);

    private static Wire.TrainingProgress ToWire(TrainingProgress progress)
    {
        var message = new Wire.TrainingProgress();
        if (progress.Done is { } done)
        {
            message.Done = done;
        }

        if (progress.Total is { } total)
        {
            message.Total = total;
        }

        foreach (var (name, value) in progress.Metrics)
        {
            message.Metrics[name] = value;
        }

        return message;
    }

    private static TrainingProgress FromWire(Wire.TrainingProgress progress) => new()
    {
        Done = progress.HasDone ? progress.Done : null,
        Total = progress.HasTotal ? progress.Total : null,
        Metrics = new Dictionary<string, double>(progress.Metrics, StringComparer.Ordinal),
    };

    internal static Wire.TrainingOutcome ToWire(Outcome outcome)
    {
        var message = new Wire.TrainingOutcome { Code = outcome.Code.Name, Message = outcome.Message };
        if (outcome.ExitCode is { } exitCode)
        {
            message.ExitCode = exitCode;
        }

        return message;
    }

    internal static Outcome FromWire(Wire.TrainingOutcome outcome) =>
        new(new OutcomeCode(outcome.Code), outcome.Message, outcome.HasExitCode ? outcome.ExitCode : null);

    internal static Wire.TrainingArtifact ToWire(Artifact artifact) => new()
    {
        Name = artifact.Name,
        Location = artifact.Location.OriginalString,
        Size = artifact.Size,
        Sha256 = artifact.Sha256,
    };

    internal static Artifact FromWire(Wire.TrainingArtifact artifact) =>
        new(artifact.Name, new Uri(artifact.Location, UriKind.RelativeOrAbsolute), artifact.Size, artifact.Sha256);
}
