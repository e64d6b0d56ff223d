using System.Data.Common;
using Npgsql;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.PostgreSql.Database;

/// <summary>Runs, models and metrics in the job store's schema.</summary>
internal sealed class PostgreSqlRunDatabase(PostgreSqlJobStore store, PostgreSqlDataSource data, string schema) : RunDatabase
{
    public override string User => "user_name";

    public override bool IsShared => true;

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken);
        return await data.Source.OpenConnectionAsync(cancellationToken);
    }

    public override string Table(string name) => $"{schema}.{name}";

    public override string MetricIn(string parameter) => $"({JobColumns.Readable} #>> ARRAY['job', 'progress', 'metrics', {parameter}])::float8";

    public override string TextIn(params string[] field) => $"({JobColumns.Readable} #>> '{{job,{string.Join(',', field)}}}')";

    public override Exception? Translated(Exception error) => 
        PostgreSqlErrors.IsUnavailable(error) ? PostgreSqlErrors.Unknown(error, data.Name)
        : PostgreSqlErrors.IsOfTheValues(error) ? new ArgumentException($"The database {data.Name} cannot store this: {error.Message}", error)
        : null;

    public override async ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await ((NpgsqlConnection)connection).BeginTransactionAsync(cancellationToken);
}
