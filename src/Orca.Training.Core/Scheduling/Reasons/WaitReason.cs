namespace Orca.Training.Scheduling.Reasons;

/// <summary>One reason why a job waits.</summary>
/// <param name="Code">What kind of reason it is.</param>
/// <param name="Message">The reason in words, with its figures: a clause without a full stop.</param>
internal sealed record WaitReason(WaitCode Code, string Message)
{
    /// <summary>The machine that it is about; null if it is about none.</summary>
    public string? Machine { get; init; }

    /// <summary>Until when it lasts; null if that is not known.</summary>
    public DateTimeOffset? Until { get; init; }
}
