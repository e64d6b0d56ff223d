namespace Orca.Training.Sqlite;

/// <summary>The database cannot be this host's job store, now or at all; the message says why and what to do.</summary>
internal sealed class SqliteStoreException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
