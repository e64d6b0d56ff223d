using Orca.Training.Jobs;

namespace Orca.Training.Scheduling.Facts;

/// <summary>What decides about a job that waits or is under way.</summary>
/// <param name="Job">The job.</param>
/// <param name="Pool">The name of its pool; empty for the implicit one.</param>
/// <param name="User">Who submitted it; empty for callers without a name, who count as one user.</param>
internal readonly record struct JobFacts(JobId Job, string Pool, string User)
{
    /// <summary>The order among jobs of the same user: higher first.</summary>
    public int Priority { get; init; }

    /// <summary>What it needs, or, once it is placed, what it was given.</summary>
    public Demand Demand { get; init; }

    /// <summary>Its algorithm: jobs of one algorithm are expected to take about as long.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The limit of its run time, where it has one of its own.</summary>
    public TimeSpan? RunLimit { get; init; }
}

/// <summary>An attempt that occupies room on a machine.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Begun">When it was recorded; use counts from there.</param>
internal readonly record struct PlacedFacts(string Machine, DateTimeOffset Begun)
{
    /// <summary>Whether its containers run; otherwise they are being launched.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Its cost in millionths of what its pool can have, as recorded when it began; null where no record says so.</summary>
    public long? CostRate { get; init; }
}
