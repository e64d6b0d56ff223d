using Npgsql;

namespace Orca.Training.PostgreSql;

/// <summary>Where the store's connections come from, and whether it ends with the store.</summary>
/// <param name="source">For the calls, and for all that has no other.</param>
/// <param name="isOwned">Whether it ends with the store.</param>
/// <param name="reserved">A pool of its own for the lease, which ends with the store; null for the same.</param>
internal sealed class PostgreSqlDataSource(NpgsqlDataSource source, bool isOwned, NpgsqlDataSource? reserved = null) : IAsyncDisposable, IDisposable
{
    public NpgsqlDataSource Source => source;

    /// <summary>Where the lease's one connection comes from: however many calls there are, they leave it room.</summary>
    public NpgsqlDataSource Reserved => reserved ?? source;

    /// <summary>Whether its connections prepare statements by themselves, which an application's own source may be set to: npgsql#6391.</summary>
    public bool PreparesByItself => new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxAutoPrepare > 0;

    /// <summary>How many connections there are for the calls.</summary>
    public int MaxConnections { get; } = new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize;

    /// <summary>Names the database to people: a password is never part of it.</summary>
    public string Name { get; } = Describe(new NpgsqlConnectionStringBuilder(source.ConnectionString));

    public async ValueTask DisposeAsync()
    {
        if (reserved is not null)
        {
            await reserved.DisposeAsync();
        }

        if (isOwned)
        {
            await source.DisposeAsync();
        }
    }

    public void Dispose()
    {
        reserved?.Dispose();
        if (isOwned)
        {
            source.Dispose();
        }
    }

    private static string Describe(NpgsqlConnectionStringBuilder connection) => $"{connection.Database ?? connection.Username} on {connection.Host}";
}
