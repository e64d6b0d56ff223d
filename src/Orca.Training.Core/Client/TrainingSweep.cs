using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// A request with a grid of parameters: one training for each combination of values. The last parameter changes fastest, the first one
/// slowest.
/// </summary>
public sealed record TrainingSweep
{
    /// <summary>
    /// The common part of all trainings. All have its group, or a generated one. Its idempotency key covers all of them. The name of each
    /// training is this name and its values, such as <c>search LR=0.1 EPOCHS=20</c>. If a value cannot be part of a name, the trainings are
    /// numbered, such as <c>search #7</c>.
    /// </summary>
    public required TrainingRequest Request { get; init; }

    /// <summary>
    /// The parameters of the grid, each with its values. At least one parameter, and at most <see cref="CallLimits.MaxBatch"/> trainings.
    /// </summary>
    public required IReadOnlyList<SweepParameter> Grid { get; init; }
}

/// <summary>A parameter of a sweep.</summary>
/// <param name="Name">Its name. It must not be in <see cref="TrainingRequest.Parameters"/> of the request.</param>
/// <param name="Values">Its values, without duplicates.</param>
public sealed record SweepParameter(string Name, IReadOnlyList<string> Values);
