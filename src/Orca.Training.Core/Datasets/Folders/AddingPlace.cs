using Orca.Training.Files;

namespace Orca.Training.Datasets.Folders;

/// <summary>
/// A folder where one add prepares what it will publish, on the same file system as the snapshots. Whoever holds a place's lock
/// file owns its folder, and the system lets go of a lock when its process ends, however it ends: a folder whose lock is free
/// was left by an add that crashed. So leftovers are told from the places of live adds without clocks or process ids.
/// </summary>
/// <remarks>Lock files stay: deleting one would let two adds hold "the same" lock. There are as many as adds ever ran at once.</remarks>
internal sealed class AddingPlace : IDisposable
{
    private const int MaxPlaces = 256;

    private readonly FileStream _lock;

    private AddingPlace(string folder, FileStream held)
    {
        Folder = folder;
        _lock = held;
    }

    /// <summary>An empty folder of this add alone.</summary>
    public string Folder { get; }

    /// <summary>Takes the first free place, and clears what crashed adds left in others.</summary>
    /// <param name="root">The folder of places.</param>
    /// <exception cref="IOException">No place can be made, or 256 adds are at work.</exception>
    public static AddingPlace Enter(string root)
    {
        Directory.CreateDirectory(root);
        for (var number = 0; ; number++)
        {
            var folder = FolderOf(root, number);
            var held = TryLock(folder);
            if (held is null)
            {
                // The system's own message would name a path of this host to whoever calls.
                if (number == MaxPlaces - 1)
                {
                    throw new IOException($"{MaxPlaces} datasets are being added, tagged or deleted at the same time: try again.");
                }

                continue;
            }

            var place = new AddingPlace(folder, held);
            try
            {
                FolderTree.Delete(folder);
                Directory.CreateDirectory(folder);
                ClearOthers(root, folder);
                return place;
            }
            catch
            {
                place.Dispose();
                throw;
            }
        }
    }

    /// <summary>Deletes the folder and lets go of the lock.</summary>
    public void Dispose()
    {
        TryDelete(Folder);
        _lock.Dispose();
    }

    private static void ClearOthers(string root, string own)
    {
        foreach (var folder in Directory.EnumerateDirectories(root))
        {
            if (folder != own)
            {
                using var held = TryLock(folder);
                if (held is not null)
                {
                    TryDelete(folder);
                }
            }
        }
    }

    private static string FolderOf(string root, int number) =>
        Path.Combine(root, number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static FileStream? TryLock(string folder)
    {
        var path = folder + ".lock";
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            FolderTree.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It costs room only, and each later add tries again; it must not fail an add that has nothing to do with it, nor
            // stand in for the error that made this one give up.
        }
    }
}
