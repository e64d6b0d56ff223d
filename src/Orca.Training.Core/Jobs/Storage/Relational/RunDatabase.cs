using System.Data.Common;

namespace Orca.Training.Jobs.Storage.Relational;

/// <summary>
/// What the relational job stores differ in, where runs, models and metrics lie beside their jobs. The statements are the same for all: they keep to
/// what these databases have in common.
/// </summary>
internal abstract class RunDatabase
{
    /// <summary>Whether several hosts have it.</summary>
    public abstract bool IsShared { get; }

    /// <summary>A connection of one's own, once the tables are there.</summary>
    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>How one of the tables is named there.</summary>
    public abstract string Table(string name);

    /// <summary>The column of the user, of jobs and of runs.</summary>
    public abstract string User { get; }

    /// <summary>The value of a metric in a job's document, as a number, null if it has none.</summary>
    /// <param name="parameter">The parameter that names the metric.</param>
    public abstract string MetricIn(string parameter);

    /// <summary>A text in a job's document.</summary>
    /// <param name="field">Its path, from the outermost.</param>
    public abstract string TextIn(params string[] field);

    /// <summary>What callers are told when the database does not answer; null if it is something else.</summary>
    public abstract Exception? Translated(Exception error);

    /// <summary>Begins what is to be read and written as one.</summary>
    public abstract ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Runs something on a connection.</summary>
    public async ValueTask<T> AskAsync<T>(Func<DbConnection, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            return await ask(connection);
        }
        catch (Exception e) when (Translated(e) is { } told)
        {
            throw told;
        }
    }

    /// <summary>A command with named parameters.</summary>
    public static DbCommand Command(DbConnection connection, DbTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is this package's own; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
