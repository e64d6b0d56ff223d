using System.Data.Common;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Metrics.Relational;

/// <summary>
/// Writes that a transaction repeats for many series. The database reads each text once; where it lies behind a network they travel together.
/// </summary>
/// <param name="connection">The transaction's connection.</param>
/// <param name="transaction">The transaction.</param>
internal sealed class RepeatedWrites(DbConnection connection, DbTransaction? transaction) : IAsyncDisposable
{
    // Of some hundred bytes to a hundred kilobytes each.
    private const int MostTogether = 128;

    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);
    private DbBatch? _batch;

    /// <summary>Writes, at the latest with <see cref="FlushAsync"/>. The writes come in their order.</summary>
    /// <param name="text">One of a few texts.</param>
    /// <param name="values">All of its parameters, always in the same order and none of them null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask AddAsync(string text, (string Name, object Value)[] values, CancellationToken cancellationToken)
    {
        if (!connection.CanCreateBatch)
        {
            await RunAsync(text, values, cancellationToken);
            return;
        }

        if (_batch is null)
        {
            _batch = connection.CreateBatch();
            _batch.Transaction = transaction;
        }

        var command = _batch.CreateBatchCommand();
#pragma warning disable CA2100 // Every text is this package's own; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        _batch.BatchCommands.Add(command);
        if (_batch.BatchCommands.Count >= MostTogether)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Writes what is not written yet.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_batch is not null)
        {
            await _batch.PrepareAsync(cancellationToken);
            await _batch.ExecuteNonQueryAsync(cancellationToken);
            await _batch.DisposeAsync();
            _batch = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in _prepared.Values)
        {
            await command.DisposeAsync();
        }

        if (_batch is not null)
        {
            await _batch.DisposeAsync();
        }
    }

    private async ValueTask RunAsync(string text, (string Name, object Value)[] values, CancellationToken cancellationToken)
    {
        if (!_prepared.TryGetValue(text, out var command))
        {
            _prepared.Add(text, command = RunDatabase.Command(connection, transaction, text, [.. values.Select(v => (v.Name, (object?)v.Value))]));
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i].Value;
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
