namespace Orca.Training.Docker.Images;

/// <summary>What has to be known of an image's name.</summary>
internal static class ImageName
{
    /// <summary>The name with a tag or a digest: asked to pull a name without, the engine pulls every tag there is.</summary>
    public static string WithTag(string image) =>
        image.Contains('@', StringComparison.Ordinal) || image.LastIndexOf(':') > image.LastIndexOf('/') ? image : image + ":latest";

    /// <summary>The registry that a name leads to. Its first part is one when it could be no user's name: with a dot, a port, or this machine.</summary>
    public static string RegistryOf(string image)
    {
        var end = image.IndexOf('/', StringComparison.Ordinal);
        var first = end < 0 ? "" : image[..end];
        return first == "localhost" || first.AsSpan().ContainsAny('.', ':') ? first : "https://index.docker.io/v1/";
    }
}
