namespace Orca.Training.Machines;

/// <summary>Images that exist, and for other kinds of processor alone: what registries and runtimes say of them, and what people are told.</summary>
internal static class ForeignImages
{
    // Docker's and Podman's words, containerd's, and those of newer engines.
    private static readonly string[] Phrases =
    [
        "no matching manifest", "no match for platform", "no image found in manifest list", "no image found in image index",
        "does not match the specified platform", "does not provide the specified platform",
    ];

    /// <summary>Whether a refusal says so.</summary>
    public static bool AreMeantBy(string words) => Array.Exists(Phrases, p => words.Contains(p, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is told of it.</summary>
    public static string Sentence(string image, string words) =>
        $"The image '{image}' exists, but not for the processor architecture of the machine ({words}). Build the image for this architecture, or use a machine with another one.";
}
