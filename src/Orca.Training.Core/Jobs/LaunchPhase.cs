namespace Orca.Training.Jobs;

/// <summary>The steps of a launch.</summary>
public enum LaunchStep
{
    /// <summary>The dataset snapshot and the output folder are being prepared.</summary>
    PreparingData,

    /// <summary>The image is being pulled.</summary>
    PullingImage,

    /// <summary>The containers are being created and started.</summary>
    Starting,
}

/// <summary>The current step of a launch, and its progress.</summary>
/// <param name="Step">The step.</param>
/// <param name="Fraction">The completed fraction, from 0 to 1. Null if it is not known.</param>
/// <param name="Detail">A few words for people, such as why it waits.</param>
public sealed record LaunchPhase(LaunchStep Step, double? Fraction = null, string? Detail = null)
{
    /// <summary>What every launch begins with.</summary>
    internal static readonly LaunchPhase First = new(LaunchStep.PreparingData);
}
