namespace Orca.Training.Jobs;

/// <summary>
/// What most requests leave out. Requests that leave all of it out share one of these, so that a waiting job is not larger for it.
/// <see cref="TrainingRequest"/> says what each means.
/// </summary>
internal sealed record RequestExtras
{
    public static readonly RequestExtras None = new();

    public string? InputModel { get; init; }

    public JobId? RerunOf { get; init; }

    public string? Pool { get; init; }

    public int Priority { get; init; }

    public TrainingResources? Resources { get; init; }
}
