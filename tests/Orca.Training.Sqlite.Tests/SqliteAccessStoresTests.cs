using Orca.Training.Auditing;
using Orca.Training.Auditing.Relational;
using Orca.Training.Ownership;
using Orca.Training.Ownership.Relational;
using Orca.Training.Sqlite.Database;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Sqlite.Tests;

/// <summary>Owners and the audit in the job store's file.</summary>
public sealed class SqliteAccessStoresTests : AccessStoresSuite, IDisposable
{
    private readonly StoreFolder _folder = new();
    private SqliteJobStore? _jobs;

    public void Dispose()
    {
        _jobs?.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private protected override (INameOwners Owners, IAuditStore Audit) Stores()
    {
        var file = _folder.NewFile();
        _jobs = StoreFolder.Open(file);
        var database = new SqliteRunDatabase(_jobs, new SqliteJobStoreOptions { ConnectionString = $"Data Source={file}" });
        return (new RelationalNameOwners(database), new RelationalAuditStore(database));
    }
}
