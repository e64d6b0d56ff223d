using System.Data.Common;
using Npgsql;
using Orca.Training.Jobs;

namespace Orca.Training.OrdersHost;

/// <summary>The shop's own table. What the training service needs lies beside it.</summary>
internal sealed class OrderTable(DbDataSource database)
{
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        var number = database is NpgsqlDataSource ? "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY" : "INTEGER PRIMARY KEY";
        await using var create = database.CreateCommand($"CREATE TABLE IF NOT EXISTS orders (number {number}, customer TEXT NOT NULL, job BIGINT NOT NULL)");
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes an order within a transaction.</summary>
    /// <returns>Its number.</returns>
    public static async Task<long> InsertAsync(string customer, JobId job, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var insert = transaction.Connection!.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO orders (customer, job) VALUES (@customer, @job) RETURNING number";
        Add(insert, "customer", customer);
        Add(insert, "job", job.Value);
        return (long)(await insert.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<(string Customer, JobId Job)?> FindAsync(long number, CancellationToken cancellationToken)
    {
        await using var find = database.CreateCommand("SELECT customer, job FROM orders WHERE number = @number");
        Add(find, "number", number);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), new JobId(reader.GetInt64(1))) : null;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
