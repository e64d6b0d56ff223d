using System.Collections.ObjectModel;

namespace Orca.Training.Jobs;

/// <summary>What a caller submits.</summary>
public sealed record TrainingRequest
{
    /// <summary>A name that the host maps to an image, its command and its defaults.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The dataset to train on.</summary>
    public required string DatasetId { get; init; }

    /// <summary>The dataset's version hash; empty for the newest at the time of the submission.</summary>
    public string DatasetVersion { get; init; } = "";

    /// <summary>What people call this training; need not be unique; may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the resulting model is to be called; may be empty.</summary>
    public string OutputModelName { get; init; } = "";

    /// <summary>Hyperparameters: each becomes an environment variable of the container under its own name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Free words to find jobs by; the training does not see them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>How many containers train together; 1 unless the training is distributed.</summary>
    public int Workers { get; init; } = 1;
}
