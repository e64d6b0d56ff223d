using Npgsql;

namespace Orca.Training.PostgreSql;

/// <summary>Where the store's connections come from, and whether it ends with the store.</summary>
internal sealed class PostgreSqlDataSource(NpgsqlDataSource source, bool isOwned) : IAsyncDisposable, IDisposable
{
    public NpgsqlDataSource Source => source;

    /// <summary>Whether its connections prepare statements by themselves, which an application's own source may be set to: npgsql#6391.</summary>
    public bool PreparesByItself => new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxAutoPrepare > 0;

    /// <summary>Names the database to people: a password is never part of it.</summary>
    public string Name { get; } = Describe(new NpgsqlConnectionStringBuilder(source.ConnectionString));

    public ValueTask DisposeAsync() => isOwned ? source.DisposeAsync() : ValueTask.CompletedTask;

    public void Dispose()
    {
        if (isOwned)
        {
            source.Dispose();
        }
    }

    private static string Describe(NpgsqlConnectionStringBuilder connection) => $"{connection.Database ?? connection.Username} on {connection.Host}";
}
