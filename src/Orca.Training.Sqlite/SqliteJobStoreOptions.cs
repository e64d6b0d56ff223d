using Microsoft.Data.Sqlite;

namespace Orca.Training;

/// <summary>
/// The settings of the SQLite job store, from the section <c>OrcaTraining:Sqlite</c> of the host's configuration and then from code. Read
/// once, when the host starts.
/// </summary>
public sealed class SqliteJobStoreOptions
{
    /// <summary>
    /// How long a write waits for the write lock of another program, such as a backup tool or a transaction of the application. Then the
    /// call fails as unavailable and changes nothing. Default 5 s.
    /// </summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a start waits for another host on the same file to end, for example during an upgrade. Then the start fails. Default 10
    /// s.
    /// </summary>
    public TimeSpan HostTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether other users of the machine can read the database, for example a backup tool. If not, only the user of the host can. Only
    /// that user can write in either case. Default off.
    /// </summary>
    public bool OtherUsersCanRead { get; set; }

    internal string ConnectionString { get; set; } = "";

    internal string File => new SqliteConnectionStringBuilder(ConnectionString).DataSource;

    internal SqliteJobStoreOptions Copy() => (SqliteJobStoreOptions)MemberwiseClone();

    /// <exception cref="ArgumentException">The connection string names no file that can be written.</exception>
    internal static void CheckConnection(string connectionString)
    {
        var connection = Read(connectionString);
        if (connection.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"The connection string '{connectionString}' names a URI, but the job store needs a path, because it keeps other files next to the database: give a path, such as 'Data Source=orca.db', and write what followed '?' as keywords of the connection string.");
        }

        if (connection.DataSource.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("The connection string names a file with a NUL character in its path: give a path, such as 'Data Source=orca.db'.");
        }

        if (connection.Mode is SqliteOpenMode.Memory || connection.DataSource.Length == 0 || connection.DataSource.Contains(":memory:", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The connection string '{connectionString}' names no file, so nothing would outlive the process: give a file, such as 'Data Source=orca.db', or use UseMemoryJobStore.");
        }

        if (connection.Mode is SqliteOpenMode.ReadOnly)
        {
            throw new ArgumentException($"The connection string '{connectionString}' opens the database read-only, but the job store must write: leave Mode out.");
        }
    }

    private static SqliteConnectionStringBuilder Read(string connectionString)
    {
        try
        {
            return new SqliteConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // Without what .NET calls its own parameters.
            var reason = e.Message.Split('\n')[0].Split(" (Parameter")[0].TrimEnd('.');
            throw new ArgumentException(
                $"The connection string '{connectionString}' cannot be read ({reason}): use the syntax of Microsoft.Data.Sqlite, such as 'Data Source=orca.db'.", e);
        }
    }
}
