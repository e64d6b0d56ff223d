using System.Data.Common;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Relational;
using Orca.Training.Runs;

namespace Orca.Training.Models.Relational;

/// <summary>Numbers models in a relational job store's database. A number that was drawn stays in its table, also when its version is removed.</summary>
internal sealed class RelationalModelStore(RunDatabase database, IRunStore runs) : IModelStore
{
    private readonly string _models = database.Table("models");
    private readonly string _aliases = database.Table("model_aliases");

    public bool IsShared => database.IsShared;

    public ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return database.AskAsync(async connection =>
        {
            while (true)
            {
                await using (var find = RunDatabase.Command(connection, null, $"SELECT version FROM {_models} WHERE name = @name AND job = @job", ("@name", name), ("@job", job.Value)))
                {
                    if (await find.ExecuteScalarAsync(cancellationToken) is { } known and not DBNull)
                    {
                        return Convert.ToInt32(known, System.Globalization.CultureInfo.InvariantCulture);
                    }
                }

                // Whoever draws the same number at the same moment, for this job or another, loses at the table's key, and looks again.
                await using var draw = RunDatabase.Command(
                    connection,
                    null,
                    $"INSERT INTO {_models} (name, version, job, removed) SELECT @name, coalesce(max(version), 0) + 1, @job, 0 FROM {_models} WHERE name = @name ON CONFLICT DO NOTHING",
                    ("@name", name),
                    ("@job", job.Value));
                await draw.ExecuteNonQueryAsync(cancellationToken);
            }
        }, cancellationToken);
    }

    public async ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken) =>
        await ModelVersions.ResolveAsync(await RowsAsync(name, cancellationToken), reference, runs, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await database.AskAsync(async connection =>
        {
            await using var command = RunDatabase.Command(connection, null, $"SELECT DISTINCT name FROM {_models} WHERE removed = 0");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var read = new SortedSet<string>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken))
            {
                read.Add(reader.GetString(0));
            }

            return read;
        }, cancellationToken);
        var found = new List<string>();
        foreach (var name in names)
        {
            if (await ResolveAsync(name, "", cancellationToken) is not null)
            {
                found.Add(name);
            }
        }

        return found;
    }

    public async ValueTask<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken) =>
        await ModelVersions.ListAsync(await RowsAsync(name, cancellationToken), runs, cancellationToken);

    public async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken)
    {
        ModelVersions.CheckAlias(alias);
        if (await ResolveAsync(name, ModelVersions.Text(version), cancellationToken) is null)
        {
            return false;
        }

        await RunAsync(
            $"INSERT INTO {_aliases} (name, alias, version) VALUES (@name, @alias, @version) ON CONFLICT (name, alias) DO UPDATE SET version = @version",
            cancellationToken,
            ("@name", name),
            ("@alias", alias),
            ("@version", version));
        return true;
    }

    public async ValueTask RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken) =>
        await RunAsync($"DELETE FROM {_aliases} WHERE name = @name AND alias = @alias", cancellationToken, ("@name", name), ("@alias", alias));

    public async ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken)
    {
        if (await ResolveAsync(name, ModelVersions.Text(version), cancellationToken) is null)
        {
            return false;
        }

        return await database.AskAsync(async connection =>
        {
            await using var transaction = await database.BeginAsync(connection, cancellationToken);
            await using (var aliases = RunDatabase.Command(
                connection, transaction, $"DELETE FROM {_aliases} WHERE name = @name AND version = @version", ("@name", name), ("@version", version)))
            {
                await aliases.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var remove = RunDatabase.Command(
                connection, transaction, $"UPDATE {_models} SET removed = 1 WHERE name = @name AND version = @version AND removed = 0", ("@name", name), ("@version", version));
            var wasThere = await remove.ExecuteNonQueryAsync(cancellationToken) > 0;
            await transaction.CommitAsync(cancellationToken);
            return wasThere;
        }, cancellationToken);
    }

    private async ValueTask RunAsync(string text, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        await database.AskAsync(async connection =>
        {
            await using var command = RunDatabase.Command(connection, null, text, parameters);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }, cancellationToken);

    private ValueTask<IReadOnlyList<ModelRow>> RowsAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return database.AskAsync(async connection =>
        {
            var aliases = new List<(int Version, string Alias)>();
            await using (var command = RunDatabase.Command(connection, null, $"SELECT version, alias FROM {_aliases} WHERE name = @name", ("@name", name)))
            {
                await ReadAsync(command, r => aliases.Add((r.GetInt32(0), r.GetString(1))), cancellationToken);
            }

            var rows = new List<ModelRow>();
            await using (var command = RunDatabase.Command(connection, null, $"SELECT version, job FROM {_models} WHERE name = @name AND removed = 0", ("@name", name)))
            {
                await ReadAsync(
                    command,
                    r => rows.Add(new ModelRow(
                        name,
                        r.GetInt32(0),
                        new JobId(r.GetInt64(1)),
                        [.. aliases.Where(a => a.Version == r.GetInt32(0)).Select(a => a.Alias).Order(StringComparer.Ordinal)])),
                    cancellationToken);
            }

            return (IReadOnlyList<ModelRow>)rows;
        }, cancellationToken);
    }

    private static async ValueTask ReadAsync(DbCommand command, Action<DbDataReader> take, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            take(reader);
        }
    }
}
