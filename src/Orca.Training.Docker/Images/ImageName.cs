namespace Orca.Training.Docker.Images;

/// <summary>The one thing that has to be known of an image's name.</summary>
internal static class ImageName
{
    /// <summary>The name with a tag or a digest: asked to pull a name without, the engine pulls every tag there is.</summary>
    public static string WithTag(string image) =>
        image.Contains('@', StringComparison.Ordinal) || image.LastIndexOf(':') > image.LastIndexOf('/') ? image : image + ":latest";
}
