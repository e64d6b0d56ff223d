namespace Orca.Training.Jobs;

/// <summary>The values that a training has reported so far: the latest of each.</summary>
public sealed record TrainingProgress
{
    /// <summary>No values yet.</summary>
    public static readonly TrainingProgress None = new();

    /// <summary>The completed units, of <see cref="Total"/>. The training chooses the unit, usually epochs.</summary>
    public double? Done { get; init; }

    /// <summary>The total number of units.</summary>
    public double? Total { get; init; }

    /// <summary>The latest value of each metric, by name (loss, accuracy, step, epoch …).</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, double>.Empty;

    /// <summary>The position up to which the output was read; reading continues there. Clients do not get it.</summary>
    public OutputPosition Position { get; init; }

    /// <summary>The artifacts that the training has announced. Null for none. Clients do not get them.</summary>
    public IReadOnlyList<AnnouncedArtifact>? Announced { get; init; }

    /// <summary>The reported values that are not kept. Null for none. Clients find them in the message of the status.</summary>
    public OutputLeftOut? LeftOut { get; init; }
}
