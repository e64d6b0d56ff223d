using System.Globalization;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Auditing.Relational;

/// <summary>Events in the job store's database.</summary>
internal sealed class RelationalAuditStore(RunDatabase database) : IAuditStore
{
    // So many rows at once hold up no other writer.
    private const int RemovedAtOnce = 10_000;

    private readonly string _table = database.Table("audit");

    public async ValueTask AppendAsync(AuditEvent entry, CancellationToken cancellationToken) => await database.AskAsync(async connection =>
    {
        await using var transaction = await database.BeginAsync(connection, cancellationToken);
        await using var command = RunDatabase.Command(
            connection,
            transaction,
            $"INSERT INTO {_table} (at, {database.User}, team, origin, operation, subject) VALUES (@at, @user, @team, @origin, @operation, @subject)",
            ("@at", entry.At.UtcTicks),
            ("@user", entry.User),
            ("@team", entry.Team),
            ("@origin", entry.Origin),
            ("@operation", entry.Operation),
            ("@subject", entry.Subject));
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }, cancellationToken);

    public ValueTask<IReadOnlyList<AuditEvent>> ReadAsync(AuditQuery query, IReadOnlyList<string>? teams, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.AskAsync(async connection =>
        {
            var parameters = new List<(string, object?)> { ("@since", since.UtcTicks), ("@limit", query.Limit) };
            var conditions = "at >= @since";
            void Add(string condition, string name, object? value)
            {
                if (value is not (null or ""))
                {
                    conditions += $" AND {condition} {name}";
                    parameters.Add((name, value));
                }
            }

            Add("id <", "@before", query.Before);
            Add($"{database.User} =", "@user", query.User);
            Add("subject =", "@subject", query.Subject);
            if (teams is not null)
            {
                var names = teams.Select((_, i) => "@team" + i.ToString(CultureInfo.InvariantCulture)).ToList();
                conditions += names.Count == 0 ? " AND 1 = 0" : $" AND team IN ({string.Join(", ", names)})";
                parameters.AddRange(names.Zip(teams, (name, team) => (name, (object?)team)));
            }

            await using var command = RunDatabase.Command(
                connection,
                null,
                $"SELECT id, at, {database.User}, team, origin, operation, subject FROM {_table} WHERE {conditions} ORDER BY id DESC LIMIT @limit",
                [.. parameters]);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var found = new List<AuditEvent>();
            while (await reader.ReadAsync(cancellationToken))
            {
                string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
                found.Add(new AuditEvent
                {
                    Id = reader.GetInt64(0),
                    At = new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero),
                    User = Text(2),
                    Team = Text(3),
                    Origin = Text(4),
                    Operation = reader.GetString(5),
                    Subject = reader.GetString(6),
                });
            }

            return (IReadOnlyList<AuditEvent>)found;
        }, cancellationToken);

    public async ValueTask RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken) => await database.AskAsync(async connection =>
    {
        await using var transaction = await database.BeginAsync(connection, cancellationToken);
        await using var command = RunDatabase.Command(
            connection,
            transaction,
            $"DELETE FROM {_table} WHERE id IN (SELECT id FROM {_table} WHERE at < @before ORDER BY at LIMIT @limit)",
            ("@before", before.UtcTicks),
            ("@limit", RemovedAtOnce));
        var removed = await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return removed;
    }, cancellationToken);
}
