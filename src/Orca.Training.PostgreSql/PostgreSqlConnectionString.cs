using Npgsql;

namespace Orca.Training.PostgreSql;

/// <summary>The connection string as the store uses it.</summary>
internal static class PostgreSqlConnectionString
{
    private const string Example = "use the syntax of Npgsql, such as 'Host=db;Database=trainings;Username=orca'";

    /// <exception cref="ArgumentException">It cannot be read, or names no server. What it holds stays unsaid: a password may be part of
    /// it.</exception>
    public static NpgsqlConnectionStringBuilder Read(string connectionString)
    {
        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new ArgumentException(
                $"The connection string of UsePostgreSql cannot be read ({Reason(e)}): {Example}.", nameof(connectionString), e);
        }

        if (string.IsNullOrWhiteSpace(connection.Host))
        {
            throw new ArgumentException($"The connection string of UsePostgreSql names no Host: {Example}.", nameof(connectionString));
        }

        connection.ApplicationName ??= "Orca.Training";
        // npgsql#6391: a statement that fails at the very use at which it is prepared automatically leaves the connection out of step,
        // and a later, good call
        // on it meets "Received unexpected backend message". What is worth it is prepared by name.
        connection.MaxAutoPrepare = 0;
        return connection;
    }

    /// <summary>The same for a pool of its own: one connection, and one more while a broken one is replaced.</summary>
    public static NpgsqlConnectionStringBuilder Reserved(NpgsqlConnectionStringBuilder connection) =>
        new(connection.ConnectionString) { Pooling = true, MinPoolSize = 0, MaxPoolSize = 2 };

    // The first line: what follows names parameters of .NET.
    private static string Reason(Exception e) =>
        e.Message.Split('\n')[0].Replace("(Parameter 'value')", "", StringComparison.Ordinal).TrimEnd(' ', '.');
}
