using Microsoft.Data.Sqlite;

namespace Orca.Training.Sqlite.Database;

/// <summary>Short forms for commands.</summary>
internal static class SqliteCommands
{
    public static SqliteCommand Command(this SqliteConnection connection, string text, SqliteTransaction? transaction = null)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is this package's own; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        command.Transaction = transaction;
        return command;
    }

    public static void Run(this SqliteConnection connection, string text, SqliteTransaction? transaction = null)
    {
        using var command = connection.Command(text, transaction);
        command.ExecuteNonQuery();
    }
}
