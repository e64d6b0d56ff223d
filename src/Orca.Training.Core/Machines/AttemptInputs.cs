using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Machines;

/// <summary>Where an attempt reads and writes: each a folder of the host, or an address that its containers reach over a network.</summary>
/// <param name="Data">Its snapshot.</param>
/// <param name="Places">Where it writes.</param>
internal sealed record AttemptInputs(Uri Data, AttemptPlaces Places)
{
    /// <summary>Where the files of its model lie; null where it works on none.</summary>
    public Uri? Model { get; init; }

    /// <summary>The model's files.</summary>
    public IReadOnlyList<Artifact> ModelFiles { get; init; } = [];

    /// <summary>What opens those that are addresses; null where none is.</summary>
    public AccessGrant? Grant { get; init; }

    /// <summary>What has to be opened to the attempt; null where all are folders.</summary>
    public AttemptAccess? AccessOf(AttemptName attempt)
    {
        var (data, model) = (Data.IsFile ? null : Data, Model is { IsFile: false } ? Model : null);
        return data is null && model is null && Places.Output.IsFile && Places.Checkpoint.IsFile
            ? null
            : new AttemptAccess(attempt, Places) { Data = data, Model = model, ModelFiles = model is null ? [] : ModelFiles };
    }
}
