using Npgsql;
using Orca.Training.Auditing;
using Orca.Training.Auditing.Relational;
using Orca.Training.Ownership;
using Orca.Training.Ownership.Relational;
using Orca.Training.PostgreSql.Database;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Owners and the audit in the job store's schema, on a real server.</summary>
public sealed class PostgreSqlAccessStoresTests(PostgreSqlServer server) : AccessStoresSuite, IAsyncDisposable
{
    private readonly PostgreSqlDataSource _data = new(NpgsqlDataSource.Create(server.ConnectionString), isOwned: true);
    private PostgreSqlJobStore? _jobs;

    public async ValueTask DisposeAsync()
    {
        if (_jobs is not null)
        {
            await _jobs.DisposeAsync();
        }

        await _data.DisposeAsync();
    }

    private protected override (INameOwners Owners, IAuditStore Audit) Stores()
    {
        var schema = PostgreSql.Tests.Stores.NewSchema();
        _jobs = PostgreSql.Tests.Stores.Open(server, schema);
        var database = new PostgreSqlRunDatabase(_jobs, _data, schema);
        return (new RelationalNameOwners(database), new RelationalAuditStore(database));
    }
}
