using System.Data.Common;
using Microsoft.Data.Sqlite;
using Orca.Training.Jobs.Storage.Relational;
using static System.FormattableString;

namespace Orca.Training.Sqlite.Database;

/// <summary>Runs, models and metrics in the job store's file, on connections beside the one that writes jobs.</summary>
internal sealed class SqliteRunDatabase(SqliteJobStore store, SqliteJobStoreOptions options) : RunDatabase
{
    private readonly SqliteJobStoreOptions _options = options.Copy();

    // As the pool's key, the text has to be the same every time.
    private readonly string _connectionString = new SqliteConnectionStringBuilder(options.ConnectionString) { Pooling = true, DefaultTimeout = 1 }.ConnectionString;

    public override string User => "user";

    public override bool IsShared => false;

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken);
        var connection = new TurnConnection(_connectionString);
        try
        {
            connection.Open();
            connection.Run(Invariant($"PRAGMA busy_timeout = {(int)_options.BusyTimeout.TotalMilliseconds}"));
            connection.Run("PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override string Table(string name) => $"orca_{name}";

    // A name is never part of a path: paths know no way to write each of them.
    public override string MetricIn(string parameter) => $"(SELECT value FROM json_each(document, '$.job.progress.metrics') WHERE key = {parameter})";

    public override string TextIn(params string[] field) => $"json_extract(document, '$.job.{string.Join('.', field)}')";

    public override Exception? Translated(Exception error) =>
        error is SqliteException e ? SqliteErrors.Write(e, _options.File, _options.BusyTimeout) : null;

    // The lock is taken at once: who reads first and writes then could find that somebody else has written in between.
    public override async ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var own = (TurnConnection)connection;
        own.EndTurn();
        own.Turn = await store.TakeTurnAsync(cancellationToken);
        return own.BeginTransaction(deferred: false);
    }

    /// <summary>Its turn to write ends with its next one, or with the connection: what was begun is over then.</summary>
    private sealed class TurnConnection(string connectionString) : SqliteConnection(connectionString)
    {
        public WriteTurn? Turn { get; set; }

        public void EndTurn()
        {
            Turn?.End();
            Turn = null;
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            EndTurn();
        }
    }
}
