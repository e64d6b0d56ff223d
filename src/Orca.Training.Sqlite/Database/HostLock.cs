using System.Text;
using static System.FormattableString;

namespace Orca.Training.Sqlite.Database;

/// <summary>
/// One host at a time: an exclusive lock on a file beside the database. The operating system gives it back when the process ends,
/// however that happens, so that the next host can start at once.
/// </summary>
internal sealed class HostLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _file;

    private HostLock(FileStream file) => _file = file;

    /// <exception cref="SqliteStoreException">Another host holds it for all that time, or it cannot be written.</exception>
    public static async ValueTask<HostLock> TakeAsync(string database, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = database + "-host";
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var file = new FileStream(path, Options());
                file.SetLength(0);
                file.Write(Encoding.UTF8.GetBytes(Invariant($"process {Environment.ProcessId} on {Environment.MachineName}\n")));
                return new HostLock(file);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (time.GetElapsedTime(began) >= patience)
                {
                    throw new SqliteStoreException(
                        Invariant($"The job store '{database}' is in use by another host, whose process id is in '{path}', and which has not ended within {patience.TotalSeconds:0.#} s. SQLite is for one host: stop the other host, or use PostgreSQL for several hosts."),
                        e);
                }
            }

            catch (DirectoryNotFoundException e)
            {
                throw new SqliteStoreException(
                    $"The job store '{database}' cannot be opened: there is no folder '{Path.GetDirectoryName(database)}'. Create it, or use another 'Data Source' in the connection string of UseSqlite.", e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new SqliteStoreException(
                    $"The job store '{database}' cannot be opened: '{path}', the file that marks it as in use, cannot be written ({e.Message}). Allow the host's user to write in that folder, or use another 'Data Source' in the connection string of UseSqlite.", e);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>EAGAIN on Linux, EWOULDBLOCK on macOS, a sharing or lock violation on Windows; anything else is another trouble.</summary>
    private static bool IsHeld(IOException exception) => (exception.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
