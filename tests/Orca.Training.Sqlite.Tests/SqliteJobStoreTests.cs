using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Sqlite.Tests;

/// <summary>The SQLite store as a durable job store.</summary>
public sealed class SqliteJobStoreTests : DurableJobStoreConformance
{
    private readonly StoreFolder _folder = new();

    protected override int GeneratedSequences => 50;

    [Fact]
    public async Task Few_jobs_among_many_are_found_without_looking_at_the_others() => await BroadQueryCase.CheckRareAsync(await CreateAsync(TimeProvider.System));

    [Fact]
    public async Task Conditions_that_no_index_serves_together_are_refused_where_the_query_says_so() =>
        await BroadQueryCase.CheckBroadAsync(await CreateAsync(TimeProvider.System));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<IJobStore> CreateAsync(TimeProvider time) => ValueTask.FromResult<IJobStore>(_folder.New(time));

    protected override ValueTask<IJobStore> ReopenAsync(IJobStore closed, TimeProvider time) => ValueTask.FromResult<IJobStore>(StoreFolder.Again((SqliteJobStore)closed, time));
}

/// <summary>A folder of databases, gone with the test.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("orca-sqlite-").FullName;
    private int _made;

    public string NewFile() => Path.Combine(_path, $"{Interlocked.Increment(ref _made)}.db");

    public SqliteJobStore New(TimeProvider time) => Open(NewFile(), time);

    public static SqliteJobStore Again(SqliteJobStore closed, TimeProvider time) => Open(closed.File, time);

    public static SqliteJobStore Open(string file, TimeProvider? time = null, Action<SqliteJobStoreOptions>? configure = null)
    {
        var options = new SqliteJobStoreOptions { ConnectionString = $"Data Source={file}", HostTimeout = TimeSpan.Zero };
        configure?.Invoke(options);
        return new SqliteJobStore(options, time ?? TimeProvider.System, NullLogger.Instance);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
