namespace Orca.Training;

/// <summary>When a machine fetches an image from its registry.</summary>
public enum ImagePullPolicy
{
    /// <summary>When the machine does not have it.</summary>
    IfMissing,

    /// <summary>Before each attempt, so that a tag that moved is followed; an attempt fails when the registry is out of reach.</summary>
    Always,

    /// <summary>Never: an attempt fails when the machine does not have it.</summary>
    Never,
}
