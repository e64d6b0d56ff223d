using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Documents;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Runs.Relational;

/// <summary>
/// The runs of all jobs of a relational job store. A job's row is its run for as long as the job is kept; when it is removed, its document goes to a table
/// of runs in the same commit. So runs cost a job's life no write.
/// </summary>
internal sealed class RelationalRunStore(RunDatabase database) : IRunStore
{
    public bool IsShared => database.IsShared;

    public ValueTask<Run?> ReadAsync(JobId job, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var command = RunDatabase.Command(
            connection,
            null,
            $"SELECT id, document FROM {database.Table("jobs")} WHERE id = @id UNION ALL SELECT id, document FROM {database.Table("runs")} WHERE id = @id",
            ("@id", job.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && JobDocument.Read(job, reader.GetString(1)) is { Attempts.Count: > 0 } found ? Run.Of(found) : null;
    }, cancellationToken);

    public async ValueTask<IReadOnlyList<Run>> QueryAsync(RunQuery query, CancellationToken cancellationToken)
    {
        RunConditions.Check(query);

        // Documents decide what a run is; the columns only keep most of those away that do not meet the conditions.
        var found = new List<Run>();
        var before = query.Before;
        while (true)
        {
            var page = await ReadPageAsync(query with { Before = before }, cancellationToken);
            found.AddRange(page.Where(j => RunConditions.Matches(query with { Before = before }, j)).Select(Run.Of));
            if (query.OrderBy is not null || page.Count < query.Limit || found.Count >= query.Limit)
            {
                return [.. RunConditions.Order(query, found).Take(query.Limit)];
            }

            before = page[^1].Id;
        }
    }

    public ValueTask<int> RemoveAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return database.AskAsync(async connection =>
        {
            await using var transaction = await database.BeginAsync(connection, cancellationToken);
            var expired = new List<long>();
            await using (var find = RunDatabase.Command(
                connection,
                transaction,
                $"""
                SELECT id FROM {database.Table("runs")} r
                WHERE finished_at < @before AND NOT (state = {(int)JobState.Succeeded} AND EXISTS
                    (SELECT 1 FROM {database.Table("models")} m WHERE m.name = r.model AND m.job = r.id AND m.removed = 0))
                ORDER BY finished_at, id LIMIT @limit
                """,
                ("@before", finishedBefore.UtcTicks),
                ("@limit", limit)))
            {
                await using var reader = await find.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    expired.Add(reader.GetInt64(0));
                }
            }

            if (expired.Count == 0)
            {
                return 0;
            }

            // Numbers of ours, and no text of a caller's.
            var jobs = string.Join(", ", expired.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            foreach (var rest in (string[])
            [
                $"{database.Table("metric_chunks")} WHERE series IN (SELECT id FROM {database.Table("metric_series")} WHERE job IN ({jobs}))",
                $"{database.Table("metric_series")} WHERE job IN ({jobs})",
                $"{database.Table("metric_ends")} WHERE job IN ({jobs})",
                $"{database.Table("runs")} WHERE id IN ({jobs})",
            ])
            {
                await using var delete = RunDatabase.Command(connection, transaction, $"DELETE FROM {rest}");
                await delete.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return expired.Count;
        }, cancellationToken);
    }

    private ValueTask<List<Job>> ReadPageAsync(RunQuery query, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        // Each table by itself, so that each can end at the limit, along an index where it has one that fits.
        var kept = Part(query, "jobs", $"{database.TextIn("request", "outputModelName")} = @model");
        var gone = Part(query, "runs", "model = @model AND model <> ''");
        const string columns = "SELECT id, document, value FROM";
        var text = $"{columns} ({kept}) AS kept WHERE value IS NOT NULL UNION ALL {columns} ({gone}) AS gone WHERE value IS NOT NULL {Order(query)} LIMIT @limit";
        await using var command = RunDatabase.Command(connection, null, text, Parameters(query));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<Job>();
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(JobDocument.Read(new JobId(reader.GetInt64(0)), reader.GetString(1)));
        }

        return jobs;
    }, cancellationToken);

    private static string Order(RunQuery query) => query.OrderBy is null ? "ORDER BY id DESC" : $"ORDER BY value {(query.SmallestFirst ? "ASC" : "DESC")} NULLS LAST, id DESC";

    private string Part(RunQuery query, string table, string isModels)
    {
        var value = query.OrderBy is null ? "id" : database.MetricIn("@metric");
        var each = OwnerConditions.Of(query.Owners, database.User, "@me", TeamAt)
            .Select(owner => $"SELECT id, document, {value} AS value FROM {database.Table(table)} {Where(query, isModels)}{owner} {Order(query)} LIMIT @limit")
            .ToList();
        return each.Count == 1 ? each[0]
            : string.Join(" UNION ALL ", each.Select((part, place) => $"SELECT id, document, value FROM ({part}) AS owner{place.ToString(CultureInfo.InvariantCulture)}"));
    }

    /// <param name="query">The query.</param>
    /// <param name="isModels">How the table says that a run is to produce the model. Runs have an index for that; one of jobs would cost each submission.</param>
    private string Where(RunQuery query, string isModels)
    {
        // The states are numbers of ours, and no text of a caller's.
        var conditions = new List<string> { $"state IN ({string.Join(", ", RunConditions.StatesOf(query).Select(s => ((int)s).ToString(CultureInfo.InvariantCulture)))})" };
        void Add(string? value, string condition)
        {
            if (!string.IsNullOrEmpty(value))
            {
                conditions.Add(condition);
            }
        }

        Add(query.Algorithm, "algorithm = @algorithm");
        Add(query.DatasetId, "dataset = @dataset");
        Add(query.DatasetVersion, $"{database.TextIn("request", "datasetVersion")} = @version");
        Add(query.User, $"{database.User} = @user");
        Add(query.Group, "group_name = @group");
        Add(query.ModelName, isModels);
        if (query is { OrderBy: null, Before: not null })
        {
            conditions.Add("id < @before");
        }

        return "WHERE " + string.Join(" AND ", conditions);
    }

    private static string TeamAt(int place) => "@team" + place.ToString(CultureInfo.InvariantCulture);

    private static (string Name, object? Value)[] Parameters(RunQuery query)
    {
        var parameters = new List<(string, object?)> { ("@limit", query.Limit) };
        void Add(string name, object? value)
        {
            if (value is not (null or ""))
            {
                parameters.Add((name, value));
            }
        }

        Add("@algorithm", query.Algorithm);
        Add("@dataset", query.DatasetId);
        Add("@version", query.DatasetVersion);
        Add("@user", query.User);
        Add("@group", query.Group);
        Add("@model", query.ModelName);
        Add("@metric", query.OrderBy);
        Add("@me", query.Owners?.User);
        foreach (var (place, team) in OwnerConditions.TeamsOf(query.Owners).Index())
        {
            Add(TeamAt(place), team);
        }

        Add("@before", query.OrderBy is null ? query.Before?.Value : null);
        return [.. parameters];
    }
}
