namespace Orca.Training.Jobs;

/// <summary>What a launch is busy with.</summary>
public enum LaunchStep
{
    /// <summary>The dataset snapshot and the output place are being made ready.</summary>
    PreparingData,

    /// <summary>The image is being fetched.</summary>
    PullingImage,

    /// <summary>The containers are being made and started.</summary>
    Starting,
}

/// <summary>What a launch is busy with, and how far it is.</summary>
/// <param name="Step">The step.</param>
/// <param name="Fraction">How much of it is done, 0 to 1, where that can be known.</param>
/// <param name="Detail">A few words for people, such as why it waits.</param>
public sealed record LaunchPhase(LaunchStep Step, double? Fraction = null, string? Detail = null)
{
    /// <summary>What every launch begins with.</summary>
    internal static readonly LaunchPhase First = new(LaunchStep.PreparingData);
}
