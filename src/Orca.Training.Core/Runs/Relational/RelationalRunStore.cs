using System.Globalization;
using System.Text;
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

    private ValueTask<List<Job>> ReadPageAsync(RunQuery query, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        var text = new StringBuilder("SELECT id, document FROM (");
        text.Append(CultureInfo.InvariantCulture, $"SELECT id, document, {Value(query)} AS value FROM {database.Table("jobs")} {Where(query)}");
        text.Append(" UNION ALL ");
        text.Append(CultureInfo.InvariantCulture, $"SELECT id, document, {Value(query)} AS value FROM {database.Table("runs")} {Where(query)}");
        text.Append(") AS found ");
        text.Append(query.OrderBy is null ? "ORDER BY id DESC" : query.SmallestFirst ? "WHERE value IS NOT NULL ORDER BY value, id DESC" : "WHERE value IS NOT NULL ORDER BY value DESC, id DESC");
        text.Append(" LIMIT @limit");
        await using var command = RunDatabase.Command(connection, null, text.ToString(), Parameters(query));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<Job>();
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(JobDocument.Read(new JobId(reader.GetInt64(0)), reader.GetString(1)));
        }

        return jobs;
    }, cancellationToken);

    private string Value(RunQuery query) => query.OrderBy is null ? "id" : database.MetricIn("@metric");

    private string Where(RunQuery query)
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
        Add(query.User, $"{database.TextIn("user")} = @user");
        Add(query.Group, "group_name = @group");
        Add(query.ModelName, $"{database.TextIn("request", "outputModelName")} = @model");
        if (query is { OrderBy: null, Before: not null })
        {
            conditions.Add("id < @before");
        }

        return "WHERE " + string.Join(" AND ", conditions);
    }

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
        Add("@before", query.OrderBy is null ? query.Before?.Value : null);
        return [.. parameters];
    }
}
