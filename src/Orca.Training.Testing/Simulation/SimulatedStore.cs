using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Simulation;

/// <summary>
/// A durable store as a model: every commit is whole and outlives any crash; a write with an old term is refused; its own clock, which is
/// the simulation's, ends leases.
/// </summary>
internal sealed class SimulatedStore
{
    private readonly SortedDictionary<JobId, Job> _jobs = [];
    private readonly Dictionary<JobKey, JobId> _keys = [];
    private readonly List<Job> _changes = [];
    private long _lastId;
    private int _holder = -1;
    private DateTimeOffset _leaseEndsAt;

    public long Term { get; private set; }

    public IReadOnlyList<Job> Changes => _changes;

    public IEnumerable<Job> Jobs => _jobs.Values;

    public IEnumerable<Job> OpenJobs => _jobs.Values.Where(j => !j.State.IsFinal());

    public Job? Find(JobId id) => _jobs.GetValueOrDefault(id);

    /// <summary>The lease's term if a host has it now or keeps it; null while another one's lease holds.</summary>
    public long? Acquire(int host, DateTimeOffset now, TimeSpan duration)
    {
        if (_holder != host)
        {
            if (_holder >= 0 && now < _leaseEndsAt)
            {
                return null;
            }

            _holder = host;
            Term++;
        }

        _leaseEndsAt = now + duration;
        return Term;
    }

    /// <summary>Gives the lease back, if that term still has it.</summary>
    public void Release(long term)
    {
        if (term == Term)
        {
            _holder = -1;
        }
    }

    /// <summary>The new jobs, all or none; none, but the one that the key stands for, if there is such.</summary>
    public IReadOnlyList<Job> Submit(IReadOnlyList<JobCommand.Submit> submits, bool isKeyKept = true)
    {
        if (isKeyKept && JobKey.Of(submits[0]) is { } key && _keys.TryGetValue(key, out var known))
        {
            return [_jobs[known]];
        }

        var jobs = new List<Job>();
        foreach (var submit in submits)
        {
            var job = JobTransitions.Create(new JobId(++_lastId), submit);
            Write(job);
            jobs.Add(job);
            if (JobKey.Of(submit) is { } own)
            {
                _keys[own] = job.Id;
            }
        }

        return jobs;
    }

    /// <summary>Applies one command; null if the term is old.</summary>
    public CommandResult? Apply(JobCommand.OnJob command, long? term)
    {
        if (command.NeedsFence && term != Term)
        {
            return null;
        }

        var job = Find(command.Job);
        var rejection = JobTransitions.Apply(job, command, out var next);
        if (next is null)
        {
            return new CommandResult(rejection, job);
        }

        Write(next);
        return new CommandResult(Rejection.None, next);
    }

    /// <summary>Writes a job as it is given, past the transition table: but for new jobs only a planted bug does so.</summary>
    public void Write(Job next)
    {
        _jobs[next.Id] = next;
        _changes.Add(next);
    }
}
