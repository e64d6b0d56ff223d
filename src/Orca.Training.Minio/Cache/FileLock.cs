namespace Orca.Training.Minio.Cache;

/// <summary>A lock between all processes that have a folder. The system lets go of it when its holder's process ends, however it ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until nobody else holds it; dispose what is returned to let go of it.</summary>
    /// <exception cref="IOException">Its file cannot be made.</exception>
    public static async Task<IDisposable> EnterAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            if (TryEnter(path) is { } held)
            {
                return held;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static FileStream? TryEnter(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
