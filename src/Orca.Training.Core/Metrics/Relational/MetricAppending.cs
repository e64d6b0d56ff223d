using System.Globalization;

namespace Orca.Training.Metrics.Relational;

/// <summary>Adds what lines say to the series of one container's output, in a transaction of the caller's.</summary>
internal static class MetricAppending
{
    public static async ValueTask AddAsync(MetricStatements work, IReadOnlyList<MetricLine> lines, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
        {
            return;
        }

        var known = await KnownAsync(work, cancellationToken);
        var added = MetricAccumulation.PointsOf(lines, known.ToDictionary(k => k.Key, k => k.Value.Printed, StringComparer.Ordinal));
        if (added.Keys.Any(known.ContainsKey))
        {
            await FindTailsAsync(work, known.Values.ToDictionary(k => k.Id), cancellationToken);
        }

        await using var writes = work.Repeated();
        foreach (var (name, points) in added)
        {
            await AddAsync(work, writes, known.GetValueOrDefault(name) ?? new Known(await InsertAsync(work, name, cancellationToken), 0), points, cancellationToken);
        }

        await writes.FlushAsync(cancellationToken);
    }

    private static async ValueTask AddAsync(MetricStatements work, RepeatedWrites writes, Known series, List<MetricPoint> points, CancellationToken cancellationToken)
    {
        await writes.AddAsync(
            $"""
            UPDATE {work.Tables.Series} SET count = count + @added, last_step = @last_step, last_value = @last_value, last_time = @last_time,
                least = CASE WHEN count = 0 OR @least < least THEN @least ELSE least END, greatest = CASE WHEN count = 0 OR @greatest > greatest THEN @greatest ELSE greatest END
            WHERE id = @series
            """,
            [
                ("@series", series.Id), ("@added", points.Count), ("@last_step", points[^1].Step), ("@last_value", points[^1].Value),
                ("@last_time", points[^1].Timestamp), ("@least", points.Min(static p => p.Value)), ("@greatest", points.Max(static p => p.Value)),
            ],
            cancellationToken);
        var first = series.Printed;
        if (MetricRows.Merged(series.Tail, points.Count) is > 0 and var merged)
        {
            first = series.Tail[^merged].First;
            points.InsertRange(0, await work.TakeRowsAsync(writes, series.Id, first, series.Tail[^1].First, cancellationToken));
        }

        await work.WriteRowsAsync(writes, series.Id, first, level: 0, points, cancellationToken);
    }

    private static async ValueTask<Dictionary<string, Known>> KnownAsync(MetricStatements work, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, Known>(StringComparer.Ordinal);
        await using var command = work.Command($"SELECT name, id, count + left_out FROM {work.Tables.Series} WHERE job = @job AND attempt = @attempt AND rank = @rank");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known[reader.GetString(0)] = new Known(reader.GetInt64(1), reader.GetInt64(2));
        }

        return known;
    }

    /// <summary>The last rows of each series, as far back as a merge can reach: what is smaller than a full row lies within that many points.</summary>
    private static async ValueTask FindTailsAsync(MetricStatements work, Dictionary<long, Known> known, CancellationToken cancellationToken)
    {
        const int reach = 2 * MetricChunk.MaxPoints;
        await using var command = work.Command(
            $"""
            SELECT c.series, c.first, c.count, c.level FROM {work.Tables.Series} AS s JOIN {work.Tables.Chunks} AS c ON c.series = s.id AND c.first >= s.count + s.left_out - @reach
            WHERE s.job = @job AND s.attempt = @attempt AND s.rank = @rank ORDER BY c.series, c.first
            """,
            ("@reach", reach));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new MetricRow(reader.GetInt64(1), reader.GetInt32(2), reader.GetInt32(3));
            var tail = known[reader.GetInt64(0)].Tail;
            if (row.Level > 0 || row.Count >= MetricChunk.MaxPoints)
            {
                tail.Clear();
            }
            else
            {
                tail.Add(row);
            }
        }
    }

    private static async ValueTask<long> InsertAsync(MetricStatements work, string name, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            INSERT INTO {work.Tables.Series} (job, attempt, rank, name, count, last_step, last_value, last_time, least, greatest)
            VALUES (@job, @attempt, @rank, @name, 0, 0, 0, 0, 0, 0) RETURNING id
            """,
            ("@name", name));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    /// <param name="Id">Its row.</param>
    /// <param name="Printed">How many points were printed of it.</param>
    private sealed record Known(long Id, long Printed)
    {
        public List<MetricRow> Tail { get; } = [];
    }
}
