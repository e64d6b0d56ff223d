using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// A grid of parameters, as one request: a training for each way to choose one value of each parameter. They come in the order of an odometer:
/// the last parameter's values change from one training to the next, the first one's last.
/// </summary>
public sealed record TrainingSweep
{
    /// <summary>
    /// What all the trainings have in common. Its group is theirs, or one is drawn; its idempotency key stands for all of them. Each one's
    /// name is this name and its own values, such as <c>search LR=0.1 EPOCHS=20</c>; or its number, as in <c>search #7</c>, where a value would be no fit part of a name.
    /// </summary>
    public required TrainingRequest Request { get; init; }

    /// <summary>The parameters that differ, each with its values; at least one, and at most <see cref="CallLimits.MaxBatch"/> trainings in all.</summary>
    public required IReadOnlyList<SweepParameter> Grid { get; init; }
}

/// <summary>A parameter of a sweep.</summary>
/// <param name="Name">Its name, which <see cref="TrainingRequest.Parameters"/> of the sweep's request do not have.</param>
/// <param name="Values">The values that it takes, each once.</param>
public sealed record SweepParameter(string Name, IReadOnlyList<string> Values);
