using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// Which jobs steps have failed about, over all terms of this host. Bounded: of very many only the newest are known, and the others fail
/// once more before they are set aside.
/// </summary>
internal sealed class Suspects
{
    /// <summary>How often a step may fail about a job: the first time may have been chance.</summary>
    public const int MostFailures = 2;

    private const int MostKept = 10_000;

    private readonly OrderedDictionary<JobId, (int Failures, string Error)> _jobs = [];

    /// <summary>Those to be set aside, and what made the step fail.</summary>
    public IReadOnlyDictionary<JobId, string> SetAside => _jobs.Where(j => j.Value.Failures >= MostFailures).ToDictionary(j => j.Key, j => j.Value.Error);

    /// <summary>A step has failed about a job.</summary>
    /// <returns>How often by now.</returns>
    public int Blame(JobId job, Exception error)
    {
        var failures = _jobs.TryGetValue(job, out var before) ? before.Failures + 1 : 1;
        _jobs.Remove(job);
        if (_jobs.Count >= MostKept)
        {
            _jobs.RemoveAt(0);
        }

        _jobs.Add(job, (failures, error.GetType().Name));
        return failures;
    }
}

/// <summary>A step has failed: what it left half done is not to be gone on with.</summary>
internal sealed class StepFailedException(string happened, JobId? job, Exception inner)
    : Exception($"A decision failed on {happened}{(job is { } id ? $", about job {id}" : "")}: {inner.Message}", inner)
{
    /// <summary>What happened when it failed.</summary>
    public string Happened => happened;

    /// <summary>The job that it was about to decide on; null if on none.</summary>
    public JobId? Job => job;
}
