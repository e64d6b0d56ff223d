namespace Orca.Training.PostgreSql;

/// <summary>The database cannot be this host's job store; the message says why and what to do.</summary>
internal sealed class PostgreSqlStoreException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
