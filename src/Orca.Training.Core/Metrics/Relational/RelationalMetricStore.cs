using System.Data.Common;
using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Metrics.Relational;

/// <summary>
/// Keeps metrics in a relational job store's database. A series lies in rows of some thousand points each, the last ones smaller; how far an output was
/// read is written in the same transaction.
/// </summary>
internal sealed class RelationalMetricStore(RunDatabase database) : IMetricStore
{
    private readonly MetricTables _tables = new(database);

    /// <summary>The most points of a job.</summary>
    internal long MostPoints { get; init; } = MetricAccumulation.MaxPointsOfJob;

    public bool IsShared => database.IsShared;

    public ValueTask<long> AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return database.AskAsync(async connection =>
        {
            var work = On(connection, null, attempt.Attempt, rank);
            await AppendAsync(work, lines, end, cancellationToken);
            await MetricThinning.ThinAsync(database, work, MostPoints, cancellationToken);
            await using var command = work.Command($"SELECT coalesce(sum(left_out), 0) FROM {_tables.Series} WHERE job = @job AND attempt = @attempt AND rank = @rank");
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        }, cancellationToken);
    }

    private async ValueTask AppendAsync(MetricStatements reading, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(reading.Connection, cancellationToken);
        var work = reading with { Transaction = transaction };
        var found = await LockEndAsync(work, cancellationToken);
        if (end > found)
        {
            await MetricAppending.AddAsync(work, [.. lines.Where(l => l.Position > found)], cancellationToken);
            await work.RunAsync(
                $"UPDATE {_tables.Ends} SET timestamp = @timestamp, lines = @lines WHERE job = @job AND attempt = @attempt AND rank = @rank",
                cancellationToken,
                ("@timestamp", end.Timestamp),
                ("@lines", end.Lines));
            await transaction.CommitAsync(cancellationToken);
        }
    }

    public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var command = On(connection, null, attempt.Attempt, rank).Command($"SELECT timestamp, lines FROM {_tables.Ends} WHERE job = @job AND attempt = @attempt AND rank = @rank");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new OutputPosition(reader.GetInt64(0), reader.GetInt32(1)) : default;
    }, cancellationToken);

    public ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var command = RunDatabase.Command(
            connection,
            null,
            $"SELECT attempt, rank, name, count, last_step, last_value, last_time, least, greatest, left_out FROM {_tables.Series} WHERE job = @job AND count > 0",
            ("@job", job.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<MetricSeries>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new MetricSeries(
                new MetricName(job, reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2)),
                reader.GetInt64(3),
                new MetricPoint(reader.GetDouble(4), reader.GetDouble(5), reader.GetInt64(6)),
                reader.GetDouble(7),
                reader.GetDouble(8),
                reader.GetInt64(9)));
        }

        return (IReadOnlyList<MetricSeries>)[.. found.OrderBy(s => s.Metric.Attempt).ThenBy(s => s.Metric.Rank).ThenBy(s => s.Metric.Name, StringComparer.Ordinal)];
    }, cancellationToken);

    public ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        var work = On(connection, null, new AttemptId(series.Job, series.Attempt), series.Rank);
        if (await FindAsync(work, series.Name, cancellationToken) is not { } id)
        {
            return [];
        }

        // An outline will do where each of its pairs stands for fewer points than one of the answer's.
        var chunks = $"FROM {_tables.Chunks} WHERE series = @series AND last_step >= @from AND first_step <= @to";
        var count = 0L;
        await using (var counting = work.Command($"SELECT coalesce(sum(count), 0) {chunks}", ("@series", id), ("@from", range.From), ("@to", range.To)))
        {
            count = Convert.ToInt64(await counting.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        var isOutlined = range.MaxPoints > 0 && count / range.MaxPoints >= MetricChunk.Stretch;
        var points = new List<MetricPoint>();
        await using (var command = work.Command($"SELECT {(isOutlined ? "outline" : "points")} {chunks} ORDER BY first", ("@series", id), ("@from", range.From), ("@to", range.To)))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                MetricChunk.Read(await reader.GetFieldValueAsync<byte[]>(0, cancellationToken), points);
            }
        }

        var wanted = double.IsNegativeInfinity(range.From) && double.IsPositiveInfinity(range.To) ? points : [.. points.Where(p => p.Step >= range.From && p.Step <= range.To)];
        return Downsampling.Of(wanted, range.MaxPoints);
    }, cancellationToken);

    public async ValueTask RemoveAsync(JobId job, CancellationToken cancellationToken) => await database.AskAsync(async connection =>
    {
        await using var transaction = await database.BeginAsync(connection, cancellationToken);
        foreach (var text in new[]
        {
            $"DELETE FROM {_tables.Chunks} WHERE series IN (SELECT id FROM {_tables.Series} WHERE job = @job)",
            $"DELETE FROM {_tables.Series} WHERE job = @job",
            $"DELETE FROM {_tables.Ends} WHERE job = @job",
        })
        {
            await using var command = RunDatabase.Command(connection, transaction, text, ("@job", job.Value));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>How far the output was read; nobody else writes to it until the transaction ends.</summary>
    private static async ValueTask<OutputPosition> LockEndAsync(MetricStatements work, CancellationToken cancellationToken)
    {
        await work.RunAsync($"INSERT INTO {work.Tables.Ends} (job, attempt, rank, timestamp, lines) VALUES (@job, @attempt, @rank, 0, 0) ON CONFLICT DO NOTHING", cancellationToken);
        await using var command = work.Command($"UPDATE {work.Tables.Ends} SET lines = lines WHERE job = @job AND attempt = @attempt AND rank = @rank RETURNING timestamp, lines");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutputPosition(reader.GetInt64(0), reader.GetInt32(1));
    }

    private static async ValueTask<long?> FindAsync(MetricStatements work, string name, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"SELECT id FROM {work.Tables.Series} WHERE job = @job AND attempt = @attempt AND rank = @rank AND name = @name", ("@name", name));
        return await command.ExecuteScalarAsync(cancellationToken) is { } id ? Convert.ToInt64(id, CultureInfo.InvariantCulture) : null;
    }

    private MetricStatements On(DbConnection connection, DbTransaction? transaction, AttemptId attempt, int rank) => new(_tables, connection, transaction, attempt, rank);
}
