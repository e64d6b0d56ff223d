using System.Data.Common;
using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Metrics.Relational;

/// <summary>
/// Keeps metrics in a relational job store's database. A series lies in rows of some thousand points each, of which the last one grows; how far an output was
/// read is written in the same transaction.
/// </summary>
internal sealed class RelationalMetricStore(RunDatabase database) : IMetricStore
{
    private readonly string _ends = database.Table("metric_ends");
    private readonly string _series = database.Table("metric_series");
    private readonly string _chunks = database.Table("metric_chunks");

    public bool IsShared => database.IsShared;

    public async ValueTask AppendAsync(AttemptName attempt, int rank, IReadOnlyList<MetricLine> lines, OutputPosition end, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        await database.AskAsync(async connection =>
        {
            await using var transaction = await database.BeginAsync(connection, cancellationToken);
            var work = new Work(connection, transaction, attempt.Attempt, rank);
            var found = await LockEndAsync(work, cancellationToken);
            if (end > found)
            {
                await AddAsync(work, [.. lines.Where(l => l.Position > found)], cancellationToken);
                await work.RunAsync(
                    $"UPDATE {_ends} SET timestamp = @timestamp, lines = @lines WHERE job = @job AND attempt = @attempt AND rank = @rank",
                    cancellationToken,
                    ("@timestamp", end.Timestamp),
                    ("@lines", end.Lines));
                await transaction.CommitAsync(cancellationToken);
            }

            return true;
        }, cancellationToken);
    }

    public ValueTask<OutputPosition> GetEndAsync(AttemptName attempt, int rank, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var command = new Work(connection, null, attempt.Attempt, rank).Command($"SELECT timestamp, lines FROM {_ends} WHERE job = @job AND attempt = @attempt AND rank = @rank");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new OutputPosition(reader.GetInt64(0), reader.GetInt32(1)) : default;
    }, cancellationToken);

    public ValueTask<IReadOnlyList<MetricSeries>> ListAsync(JobId job, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        await using var command = RunDatabase.Command(
            connection,
            null,
            $"SELECT attempt, rank, name, count, last_step, last_value, last_time, least, greatest FROM {_series} WHERE job = @job AND count > 0",
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
                reader.GetDouble(8)));
        }

        return (IReadOnlyList<MetricSeries>)[.. found.OrderBy(s => s.Metric.Attempt).ThenBy(s => s.Metric.Rank).ThenBy(s => s.Metric.Name, StringComparer.Ordinal)];
    }, cancellationToken);

    public ValueTask<IReadOnlyList<MetricPoint>> ReadAsync(MetricName series, MetricRange range, CancellationToken cancellationToken) => database.AskAsync(async connection =>
    {
        var work = new Work(connection, null, new AttemptId(series.Job, series.Attempt), series.Rank);
        if (await FindAsync(work, series.Name, cancellationToken) is not { } found)
        {
            return [];
        }

        // An outline will do where each of its pairs stands for fewer points than one of the answer's.
        var chunks = $"FROM {_chunks} WHERE series = @series AND last_step >= @from AND first_step <= @to";
        var count = 0L;
        await using (var counting = work.Command($"SELECT coalesce(sum(count), 0) {chunks}", ("@series", found.Id), ("@from", range.From), ("@to", range.To)))
        {
            count = Convert.ToInt64(await counting.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        var isOutlined = range.MaxPoints > 0 && count / range.MaxPoints >= MetricChunk.Stretch;
        var points = new List<MetricPoint>();
        await using (var command = work.Command($"SELECT {(isOutlined ? "outline" : "points")} {chunks} ORDER BY first", ("@series", found.Id), ("@from", range.From), ("@to", range.To)))
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
            $"DELETE FROM {_chunks} WHERE series IN (SELECT id FROM {_series} WHERE job = @job)",
            $"DELETE FROM {_series} WHERE job = @job",
            $"DELETE FROM {_ends} WHERE job = @job",
        })
        {
            await using var command = RunDatabase.Command(connection, transaction, text, ("@job", job.Value));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>How far the output was read; nobody else writes to it until the transaction ends.</summary>
    private async ValueTask<OutputPosition> LockEndAsync(Work work, CancellationToken cancellationToken)
    {
        await work.RunAsync($"INSERT INTO {_ends} (job, attempt, rank, timestamp, lines) VALUES (@job, @attempt, @rank, 0, 0) ON CONFLICT DO NOTHING", cancellationToken);
        await using var command = work.Command($"UPDATE {_ends} SET lines = lines WHERE job = @job AND attempt = @attempt AND rank = @rank RETURNING timestamp, lines");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutputPosition(reader.GetInt64(0), reader.GetInt32(1));
    }

    private async ValueTask AddAsync(Work work, List<MetricLine> lines, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
        {
            return;
        }

        var known = await KnownAsync(work, cancellationToken);
        var added = MetricAccumulation.PointsOf(lines, known.ToDictionary(k => k.Key, k => k.Value.Count, StringComparer.Ordinal));
        foreach (var (name, points) in added)
        {
            var series = known.GetValueOrDefault(name) ?? new Known(await InsertAsync(work, name, cancellationToken), 0);
            await AddAsync(work, series, points, cancellationToken);
        }
    }

    private async ValueTask AddAsync(Work work, Known series, List<MetricPoint> points, CancellationToken cancellationToken)
    {
        var (least, greatest) = (points.Min(p => p.Value), points.Max(p => p.Value));
        await work.RunAsync(
            $"""
            UPDATE {_series} SET count = count + @added, last_step = @last_step, last_value = @last_value, last_time = @last_time,
                least = CASE WHEN count = 0 OR @least < least THEN @least ELSE least END, greatest = CASE WHEN count = 0 OR @greatest > greatest THEN @greatest ELSE greatest END
            WHERE id = @series
            """,
            cancellationToken,
            ("@series", series.Id),
            ("@added", points.Count),
            ("@last_step", points[^1].Step),
            ("@last_value", points[^1].Value),
            ("@last_time", points[^1].Timestamp),
            ("@least", least),
            ("@greatest", greatest));
        var first = series.Count - (series.Count % MetricChunk.MaxPoints);
        var tail = new List<MetricPoint>();
        if (series.Count > first)
        {
            await using var command = work.Command($"SELECT points FROM {_chunks} WHERE series = @series AND first = @first", ("@series", series.Id), ("@first", first));
            MetricChunk.Read((byte[])(await command.ExecuteScalarAsync(cancellationToken))!, tail);
        }

        tail.AddRange(points);
        for (var from = 0; from < tail.Count; from += MetricChunk.MaxPoints)
        {
            await WriteAsync(work, series.Id, first + from, tail.GetRange(from, Math.Min(MetricChunk.MaxPoints, tail.Count - from)), cancellationToken);
        }
    }

    private ValueTask<int> WriteAsync(Work work, long series, long first, List<MetricPoint> points, CancellationToken cancellationToken) => work.RunAsync(
        $"""
        INSERT INTO {_chunks} (series, first, count, first_step, last_step, points, outline) VALUES (@series, @first, @count, @first_step, @last_step, @points, @outline)
        ON CONFLICT (series, first) DO UPDATE SET count = @count, first_step = @first_step, last_step = @last_step, points = @points, outline = @outline
        """,
        cancellationToken,
        ("@series", series),
        ("@first", first),
        ("@count", points.Count),

        // A training may begin anew at an earlier step: a row holds all that it may have.
        ("@first_step", points.Min(p => p.Step)),
        ("@last_step", points.Max(p => p.Step)),
        ("@points", MetricChunk.Write(points)),
        ("@outline", MetricChunk.Outline(points)));

    private async ValueTask<Dictionary<string, Known>> KnownAsync(Work work, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, Known>(StringComparer.Ordinal);
        await using var command = work.Command($"SELECT name, id, count FROM {_series} WHERE job = @job AND attempt = @attempt AND rank = @rank");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known[reader.GetString(0)] = new Known(reader.GetInt64(1), reader.GetInt64(2));
        }

        return known;
    }

    private async ValueTask<Known?> FindAsync(Work work, string name, CancellationToken cancellationToken)
    {
        await using var command = work.Command($"SELECT id, count FROM {_series} WHERE job = @job AND attempt = @attempt AND rank = @rank AND name = @name", ("@name", name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new Known(reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private async ValueTask<long> InsertAsync(Work work, string name, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"INSERT INTO {_series} (job, attempt, rank, name, count, last_step, last_value, last_time, least, greatest) VALUES (@job, @attempt, @rank, @name, 0, 0, 0, 0, 0, 0) RETURNING id",
            ("@name", name));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    /// <param name="Id">Its row.</param>
    /// <param name="Count">How many points it has.</param>
    private sealed record Known(long Id, long Count);

    /// <summary>Statements about one container's output.</summary>
    private readonly record struct Work(DbConnection Connection, DbTransaction? Transaction, AttemptId Attempt, int Rank)
    {
        public DbCommand Command(string text, params ReadOnlySpan<(string Name, object? Value)> more)
        {
            (string, object?)[] all = [("@job", Attempt.Job.Value), ("@attempt", Attempt.Number), ("@rank", Rank), .. more];
            return RunDatabase.Command(Connection, Transaction, text, [.. all.Where(p => text.Contains(p.Item1, StringComparison.Ordinal))]);
        }

        public async ValueTask<int> RunAsync(string text, CancellationToken cancellationToken, params (string Name, object? Value)[] more)
        {
            await using var command = Command(text, more);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
