using System.Globalization;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Metrics.Relational;

/// <summary>
/// Keeps a job within its points: two neighbouring rows of its longest series, the least thinned and of these the oldest, become one of half their points.
/// A transaction for each step, so that nobody waits for it long.
/// </summary>
internal static class MetricThinning
{
    // Far more than one batch can need.
    private const int MostSteps = 256;

    /// <summary>Thins until the job has at most so many points, or nothing more can be.</summary>
    public static async ValueTask ThinAsync(RunDatabase database, MetricStatements work, long mostPoints, CancellationToken cancellationToken)
    {
        for (var step = 0; step < MostSteps && await CountAsync(work, cancellationToken) > mostPoints; step++)
        {
            await using var transaction = await database.BeginAsync(work.Connection, cancellationToken);
            if (!await StepAsync(work with { Transaction = transaction }, cancellationToken))
            {
                return;
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async ValueTask<long> CountAsync(MetricStatements work, CancellationToken cancellationToken)
    {
        await using var command = work.Command($"SELECT coalesce(sum(count), 0) FROM {work.Tables.Series} WHERE job = @job");
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static async ValueTask<bool> StepAsync(MetricStatements work, CancellationToken cancellationToken)
    {
        if (await LongestAsync(work, cancellationToken) is not { } series)
        {
            return false;
        }

        // Nobody adds to it meanwhile.
        await work.RunAsync($"UPDATE {work.Tables.Series} SET count = count WHERE id = @series", cancellationToken, ("@series", series));
        var rows = await OldestAsync(work, series, cancellationToken);
        if (rows is not [var first, ..])
        {
            return false;
        }

        // Two that lie beside each other and are as thin; else the first alone.
        var last = rows is [_, var second] && second.Level == first.Level && await AreNeighboursAsync(work, series, first, second, cancellationToken) ? second : first;
        await using var writes = work.Repeated();
        var points = await work.TakeRowsAsync(writes, series, first.First, last.First, cancellationToken);
        var kept = Downsampling.Halved(points).ToList();
        await work.WriteRowsAsync(writes, series, first.First, first.Level + 1, kept, cancellationToken);
        await writes.FlushAsync(cancellationToken);
        await work.RunAsync(
            $"UPDATE {work.Tables.Series} SET count = count - @gone, left_out = left_out + @gone WHERE id = @series",
            cancellationToken,
            ("@series", series),
            ("@gone", points.Count - kept.Count));
        return true;
    }

    private static async ValueTask<long?> LongestAsync(MetricStatements work, CancellationToken cancellationToken)
    {
        await using var command = work.Command($"SELECT id FROM {work.Tables.Series} WHERE job = @job AND count > @least ORDER BY count DESC, id LIMIT 1", ("@least", MetricChunk.Stretch));
        return await command.ExecuteScalarAsync(cancellationToken) is { } id ? Convert.ToInt64(id, CultureInfo.InvariantCulture) : null;
    }

    private static async ValueTask<List<MetricRow>> OldestAsync(MetricStatements work, long series, CancellationToken cancellationToken)
    {
        // Rows that still take part in merges are left to them, and the newest is what people look at.
        await using var command = work.Command(
            $"SELECT first, count, level FROM {work.Tables.Chunks} WHERE series = @series AND count >= @least "
            + $"AND first < (SELECT max(first) FROM {work.Tables.Chunks} WHERE series = @series) ORDER BY level, first LIMIT 2",
            ("@series", series),
            ("@least", MetricChunk.Stretch));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<MetricRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new MetricRow(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2)));
        }

        return rows;
    }

    private static async ValueTask<bool> AreNeighboursAsync(MetricStatements work, long series, MetricRow first, MetricRow second, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"SELECT count(*) FROM {work.Tables.Chunks} WHERE series = @series AND first > @first AND first < @second",
            ("@series", series),
            ("@first", first.First),
            ("@second", second.First));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) == 0;
    }
}
