using Microsoft.Data.Sqlite;
using Orca.Training.Jobs;

namespace Orca.Training.OrdersHost;

/// <summary>The shop's own table. What the training service needs lies beside it.</summary>
internal sealed class OrderTable(string connectionString)
{
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var create = new SqliteCommand("CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, customer TEXT NOT NULL, job INTEGER NOT NULL)", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes an order within a transaction.</summary>
    /// <returns>Its number.</returns>
    public static async Task<long> InsertAsync(string customer, JobId job, SqliteTransaction transaction, CancellationToken cancellationToken)
    {
        await using var insert = new SqliteCommand("INSERT INTO orders (customer, job) VALUES (@customer, @job) RETURNING number", transaction.Connection, transaction);
        insert.Parameters.AddWithValue("@customer", customer);
        insert.Parameters.AddWithValue("@job", job.Value);
        return (long)(await insert.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<(string Customer, JobId Job)?> FindAsync(long number, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var find = new SqliteCommand("SELECT customer, job FROM orders WHERE number = @number", connection);
        find.Parameters.AddWithValue("@number", number);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), new JobId(reader.GetInt64(1))) : null;
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
