using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Simulation;

/// <summary>A durable store as a model: every commit is whole and outlives any crash; a write with an old term is refused.</summary>
internal sealed class SimulatedStore
{
    private readonly SortedDictionary<JobId, Job> _jobs = [];
    private readonly List<Job> _changes = [];
    private long _lastId;

    public long Term { get; private set; }

    public IReadOnlyList<Job> Changes => _changes;

    public IEnumerable<Job> Jobs => _jobs.Values;

    public Job? Find(JobId id) => _jobs.GetValueOrDefault(id);

    public long NextTerm() => ++Term;

    public Job Submit(JobCommand.Submit submit)
    {
        var job = JobTransitions.Create(new JobId(++_lastId), submit);
        _jobs.Add(job.Id, job);
        _changes.Add(job);
        return job;
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

    /// <summary>Writes a job as it is given, past the transition table: only a planted bug does so.</summary>
    public void Write(Job next)
    {
        _jobs[next.Id] = next;
        _changes.Add(next);
    }
}
