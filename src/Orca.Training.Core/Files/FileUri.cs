namespace Orca.Training.Files;

/// <summary>Turns paths into file URIs. Their <see cref="Uri.LocalPath"/> is the path again, whatever characters it holds.</summary>
internal static class FileUri
{
    /// <param name="path">An absolute path.</param>
    public static Uri Of(string path) =>
        // Left to itself, the constructor reads a Unix path's ':' or '|' as a drive's.
        OperatingSystem.IsWindows() ? new Uri(path) : new Uri("file://" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));
}
