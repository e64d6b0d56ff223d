using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Documents;
using Orca.Training.Jobs.Storage.Relational;

namespace Orca.Training.Sqlite;

/// <summary>
/// Pages of jobs. The file says which jobs meet a query, so that no list holds the lock of the image for long; each of them is then shown as the image has it.
/// </summary>
internal sealed partial class SqliteJobStore : ISearchedJobs
{
    // So many jobs of a page are looked up before commits get the lock of the image.
    private const int ReadAtOnce = 64;

    // A list keeps a thread busy: more at once than processors would only keep each other up, and the calls beside them.
    private readonly SemaphoreSlim _lists = new(Math.Max(2, Environment.ProcessorCount));

    SearchTables ISearchedJobs.Tables { get; } = new(
        "orca_jobs", "orca_jobs", "orca_job_labels", "user", static (table, name) => $" CROSS JOIN {table} {name} ON {name}.id = l.id", static text => text);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        // A copy, because a caller's dictionary may be anything.
        query = query with { States = query.States.ToArray(), Labels = query.Labels.ToDictionary() };
        await OpenAsync(cancellationToken);
        await _lists.WaitAsync(cancellationToken);
        try
        {
            return await JobPages.ReadAsync(query, this, cancellationToken);
        }
        finally
        {
            _lists.Release();
        }
    }

    ValueTask<IReadOnlyList<long>> ISearchedJobs.CountAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<long>>(Reading(() => _reader.Count(text, parameters)));

    async ValueTask<Looked> ISearchedJobs.LookAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        var image = _opened!.Image;
        var (looks, last, rows) = Reading(() => _reader.Look(text, parameters));
        var shown = ReadInParts();
        // What is in the file and not yet in the image is published by the commit under way, or an application's own transaction wrote it.
        if (rows.Where((row, i) => shown[i] is { } reading ? reading.Job.Revision < row.Revision : !row.IsFinal).Any())
        {
            await TakeOutsideAsync(cancellationToken);
            shown = ReadInParts();
        }

        return new Looked(looks, last, [.. rows.Select((row, i) => shown[i] ?? new JobReading(JobDocument.Read(row.Job, row.Document), null))]);

        List<JobReading?> ReadInParts() => [.. rows.Select(r => r.Job).Chunk(ReadAtOnce).SelectMany(image.Read)];
    }
}
