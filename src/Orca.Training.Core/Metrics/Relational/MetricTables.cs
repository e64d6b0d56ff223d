using System.Data.Common;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Metrics.Relational;

/// <summary>How the tables of metrics are named in a database.</summary>
internal sealed class MetricTables(RunDatabase database)
{
    public string Ends { get; } = database.Table("metric_ends");

    public string Series { get; } = database.Table("metric_series");

    public string Chunks { get; } = database.Table("metric_chunks");
}

/// <summary>Statements about one container's output.</summary>
internal readonly record struct MetricStatements(MetricTables Tables, DbConnection Connection, DbTransaction? Transaction, AttemptId Attempt, int Rank)
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

    /// <summary>Writes that are repeated for many series.</summary>
    public RepeatedWrites Repeated() => new(Connection, Transaction);

    /// <summary>Writes points as rows that no other has the numbers of.</summary>
    public async ValueTask WriteRowsAsync(RepeatedWrites writes, long series, long first, int level, List<MetricPoint> points, CancellationToken cancellationToken)
    {
        for (var from = 0; from < points.Count; from += MetricChunk.MaxPoints)
        {
            var row = points.Count <= MetricChunk.MaxPoints ? points : points.GetRange(from, Math.Min(MetricChunk.MaxPoints, points.Count - from));

            // A training may begin anew at an earlier step: a row holds all that it may have.
            var (least, greatest) = (row.Min(static p => p.Step), row.Max(static p => p.Step));
            await writes.AddAsync(
                $"""
                INSERT INTO {Tables.Chunks} (series, first, count, first_step, last_step, points, outline, level)
                VALUES (@series, @first, @count, @least_step, @greatest_step, @points, @outline, @level)
                """,
                [
                    ("@series", series), ("@first", first + from), ("@count", row.Count), ("@least_step", least), ("@greatest_step", greatest),
                    ("@points", MetricChunk.Write(row)), ("@outline", MetricChunk.Outline(row)), ("@level", level),
                ],
                cancellationToken);
        }
    }

    /// <summary>The points of some rows, in their order, and the rows deleted.</summary>
    public async ValueTask<List<MetricPoint>> TakeRowsAsync(RepeatedWrites writes, long series, long first, long last, CancellationToken cancellationToken)
    {
        var points = new List<MetricPoint>();
        (string Name, object Value)[] which = [("@series", series), ("@first", first), ("@last", last)];
        const string rows = "WHERE series = @series AND first >= @first AND first <= @last";
        await using (var command = Command($"SELECT points FROM {Tables.Chunks} {rows} ORDER BY first", [.. which.Select(w => (w.Name, (object?)w.Value))]))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                MetricChunk.Read(await reader.GetFieldValueAsync<byte[]>(0, cancellationToken), points);
            }
        }

        await writes.AddAsync($"DELETE FROM {Tables.Chunks} {rows}", which, cancellationToken);
        return points;
    }
}
