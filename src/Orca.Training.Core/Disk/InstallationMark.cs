using System.Diagnostics.CodeAnalysis;
using Orca.Training.Files;

namespace Orca.Training.Disk;

/// <summary>
/// A file in an installation's folder that its host holds locked for as long as it lives: for an installation that ends with its host.
/// An installation with a database outlives its hosts and has no mark.
/// </summary>
internal sealed class InstallationMark : IDisposable
{
    /// <summary>No job's folder has a '~' in its name.</summary>
    public const string FileName = "~host.lock";

    private readonly FileStream _locked;

    private InstallationMark(FileStream locked) => _locked = locked;

    /// <summary>Marks an installation's folder, which is made if it is not there.</summary>
    /// <returns>The mark; null if another host holds it, or if locks do not hold on this file system.</returns>
    /// <exception cref="IOException">The folder or the file cannot be made.</exception>
    public static InstallationMark? Set(IInstallationFolders store, string installation)
    {
        PrivateFolder.Make(store.Folder, store.OthersCanRead);
        var folder = Path.Combine(store.Folder, installation);
        PrivateFolder.Make(folder, store.OthersCanRead);
        var mark = Path.Combine(folder, FileName);
        if (File.Exists(mark))
        {
            return TryTake(folder, out var own) ? own : null;
        }

        // On Unix a file is made and then locked. It gets its name after that, so that nobody finds it unlocked.
        var first = OperatingSystem.IsWindows() ? mark : mark + ".new";
        var locked = new FileStream(first, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (first != mark)
        {
            File.Move(first, mark);
        }

        if (TryTake(folder, out var second))
        {
            second.Dispose();
            locked.Dispose();
            File.Delete(mark);
            return null;
        }

        return new InstallationMark(locked);
    }

    /// <summary>Takes the mark of an installation whose host has ended.</summary>
    /// <returns>Whether the folder has a mark that nobody holds.</returns>
    public static bool TryTake(string folder, [NotNullWhen(true)] out InstallationMark? mark)
    {
        try
        {
            mark = new InstallationMark(new FileStream(Path.Combine(folder, FileName), FileMode.Open, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no mark, its host lives, or it belongs to another user.
            mark = null;
            return false;
        }
    }

    public void Dispose() => _locked.Dispose();
}
