namespace Orca.Training.Jobs;

/// <summary>What a running training has said of itself so far: the latest of each figure.</summary>
public sealed record TrainingProgress
{
    /// <summary>Nothing said yet.</summary>
    public static readonly TrainingProgress None = new();

    /// <summary>Units done, of <see cref="Total"/>; the training chooses the unit (epochs, mostly).</summary>
    public double? Done { get; init; }

    /// <summary>Units in all.</summary>
    public double? Total { get; init; }

    /// <summary>The latest value of each metric, by its name (loss, accuracy, step, epoch …).</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, double>.Empty;

    /// <summary>How far the output was read to say this; reading goes on from here. The tracker's own: clients are not told.</summary>
    public OutputPosition Position { get; init; }

    /// <summary>The artifacts that it said it leaves; null for none. The tracker's own: clients are not told.</summary>
    public IReadOnlyList<AnnouncedArtifact>? Announced { get; init; }

    /// <summary>What of its reports is not kept; null for nothing. Clients read it in the status's message.</summary>
    public OutputLeftOut? LeftOut { get; init; }
}
