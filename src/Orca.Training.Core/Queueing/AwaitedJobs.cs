using Orca.Training.Jobs;

namespace Orca.Training.Queueing;

/// <summary>The jobs of which callers wait to hear, and which of them the feed has passed by. Its owner's lock guards it.</summary>
internal sealed class AwaitedJobs
{
    private readonly Dictionary<JobId, Awaited> _jobs = [];

    /// <summary>A caller begins to wait; each ends it with <see cref="End"/>.</summary>
    public Awaited Begin(JobId job)
    {
        if (!_jobs.TryGetValue(job, out var awaited))
        {
            _jobs.Add(job, awaited = new Awaited(job));
        }

        awaited.Callers++;
        return awaited;
    }

    public void End(Awaited awaited)
    {
        if (--awaited.Callers == 0)
        {
            _jobs.Remove(awaited.Job);
        }
    }

    /// <summary>The feed brought a job, and it has no place.</summary>
    public void Pass(JobId job)
    {
        if (_jobs.Count > 0 && _jobs.TryGetValue(job, out var awaited))
        {
            awaited.HasNoPlace = true;
        }
    }

    /// <summary>A job of which callers wait to hear.</summary>
    public sealed class Awaited(JobId job)
    {
        public JobId Job => job;

        public int Callers { get; set; }

        /// <summary>Whether the feed brought it without a place since somebody began to wait.</summary>
        public bool HasNoPlace { get; set; }
    }
}
