namespace Orca.Training;

/// <summary>When a machine pulls an image from its registry.</summary>
public enum ImagePullPolicy
{
    /// <summary>When the machine does not have it.</summary>
    IfMissing,

    /// <summary>Before each attempt, so that a tag that moved is followed. The attempt fails if the registry cannot be reached.</summary>
    Always,

    /// <summary>Never. The attempt fails if the machine does not have the image.</summary>
    Never,
}
