namespace Orca.Training.Jobs.Storage.Relational;

/// <summary>Jobs in tables, as <see cref="JobPages"/> reads them.</summary>
internal interface ISearchedJobs
{
    /// <summary>How their tables are called.</summary>
    SearchTables Tables { get; }

    /// <summary>The one row of counts of <see cref="JobSearch.CountText"/>.</summary>
    ValueTask<IReadOnlyList<long>> CountAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken);

    /// <summary>The rows of <see cref="JobSearch.LookText"/>; each job as it is now.</summary>
    ValueTask<Looked> LookAsync(string text, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken);
}

/// <summary>What one look at some jobs found.</summary>
/// <param name="Looks">How many were looked at.</param>
/// <param name="Last">The last of them.</param>
/// <param name="Found">Those that met the conditions, in their order.</param>
internal readonly record struct Looked(int Looks, long Last, IReadOnlyList<JobReading> Found);

/// <summary>Reads pages of jobs that lie in tables, and looks at a bounded number of them at once.</summary>
internal static class JobPages
{
    private const int MostAtOnce = 2048;
    private const int LeastFurther = 64;

    /// <exception cref="JobQueryTooBroadException">The page is not full after as many jobs as the query lets be passed over.</exception>
    public static async ValueTask<IReadOnlyList<JobReading>> ReadAsync(JobQuery query, ISearchedJobs jobs, CancellationToken cancellationToken)
    {
        var search = new JobSearch(query, jobs.Tables);
        var after = query.After?.Value;
        IReadOnlyList<(string, object?)> Parameters() => after is { } id ? [.. search.Parameters, ("@after", id)] : search.Parameters;

        var lead = search.LeadOf(search.IsCounted ? await jobs.CountAsync(search.CountText(after is not null), Parameters(), cancellationToken) : null);
        var page = new List<JobReading>();
        var passedOver = 0;
        var looks = Math.Min(query.Limit, MostAtOnce);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = Math.Min(query.Limit - page.Count, looks);
            var looked = await jobs.LookAsync(search.LookText(lead, after is not null, looks, rows), Parameters(), cancellationToken);
            var before = page.Count;
            // Columns may hold less than a job has, and a job may have moved on.
            page.AddRange(looked.Found.Where(r => query.Matches(r.Job)));
            if (page.Count == query.Limit || (looked.Looks < looks && looked.Found.Count < rows))
            {
                return page;
            }

            after = looked.Found.Count == rows ? looked.Found[^1].Job.Id.Value : looked.Last;
            passedOver += (looked.Found.Count == rows ? rows : looks) - (page.Count - before);
            if (passedOver >= query.MaxPassedOver)
            {
                throw new JobQueryTooBroadException(search.Conditions, passedOver);
            }

            looks = Math.Min(Math.Max(looks, LeastFurther) * 4, MostAtOnce);
        }
    }
}
