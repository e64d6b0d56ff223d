using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Ownership.Relational;

/// <summary>Owners in the job store's database.</summary>
internal sealed class RelationalNameOwners(RunDatabase database) : INameOwners
{
    private readonly string _table = database.Table("owned_names");

    public ValueTask<string?> FindAsync(NameKind kind, string name, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var command = RunDatabase.Command(
            connection, null, $"SELECT team FROM {_table} WHERE kind = @kind AND name = @name", ("@kind", (int)kind), ("@name", name));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, string>> ListAsync(NameKind kind, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var command = RunDatabase.Command(connection, null, $"SELECT name, team FROM {_table} WHERE kind = @kind", ("@kind", (int)kind));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetString(0)] = reader.GetString(1);
        }

        return (IReadOnlyDictionary<string, string>)found;
    }, cancellationToken);

    public ValueTask<bool> ClaimAsync(NameKind kind, string name, string team, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var transaction = await database.BeginAsync(connection, cancellationToken);
        await using var command = RunDatabase.Command(
            connection,
            transaction,
            $"INSERT INTO {_table} (kind, name, team) VALUES (@kind, @name, @team) ON CONFLICT (kind, name) DO NOTHING",
            ("@kind", (int)kind),
            ("@name", name),
            ("@team", team));
        var rows = await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows > 0;
    }, cancellationToken);
}
