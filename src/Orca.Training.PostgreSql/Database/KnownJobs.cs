using Orca.Training.Jobs;

namespace Orca.Training.PostgreSql.Database;

/// <summary>
/// Open jobs as this host saw them last, so that a decision need not read what it has just written. They may be old: a commit compares
/// the revisions with what is on record.
/// </summary>
internal sealed class KnownJobs
{
    private const int Most = 50_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<JobId, Job> _jobs = [];

    public Job? Find(JobId job)
    {
        lock (_lock)
        {
            return _jobs.GetValueOrDefault(job);
        }
    }

    public void Learn(Job job)
    {
        lock (_lock)
        {
            if (job.State.IsFinal())
            {
                _jobs.Remove(job.Id);
            }
            else if (!_jobs.TryGetValue(job.Id, out var known) || known.Revision < job.Revision)
            {
                if (_jobs.Count >= Most)
                {
                    _jobs.Clear();
                }

                _jobs[job.Id] = job;
            }
        }
    }

    public void Forget(IEnumerable<JobId> jobs)
    {
        lock (_lock)
        {
            foreach (var job in jobs)
            {
                _jobs.Remove(job);
            }
        }
    }
}
