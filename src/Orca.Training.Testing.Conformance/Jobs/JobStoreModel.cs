using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>A job store that is too simple to be wrong: what it keeps is small, so everything is looked through. Only ids are told to it.</summary>
internal sealed class JobStoreModel
{
    private readonly SortedDictionary<JobId, Job> _jobs = [];
    private readonly List<Job> _history = [];
    private JobId _last;

    /// <summary>The jobs on record, oldest first.</summary>
    public IReadOnlyCollection<Job> Jobs => _jobs.Values;

    /// <summary>Every job after every change, in the order of the changes.</summary>
    public IReadOnlyList<Job> History => _history;

    /// <summary>What a command comes to.</summary>
    /// <param name="command">The command.</param>
    /// <param name="told">What the store answered, of which the new jobs' ids are taken.</param>
    public CommandResult Apply(JobCommand command, CommandResult told) => command switch
    {
        JobCommand.Submit submit => Find(submit.User, submit.Request.IdempotencyKey) is { } job
            ? new CommandResult(Rejection.KeyInUse, job)
            : new CommandResult(Rejection.None, Create(submit, told.Job)),
        JobCommand.SubmitAll all => Find(all.Jobs[0].User, all.Jobs[0].Request.IdempotencyKey) is { } job
            ? new CommandResult(Rejection.KeyInUse, job)
            : Create(all, told),
        _ => Apply((JobCommand.OnJob)command),
    };

    /// <summary>Those of the jobs that are final are no longer on record.</summary>
    public void Remove(IEnumerable<JobId> jobs)
    {
        foreach (var job in jobs.Where(id => _jobs.TryGetValue(id, out var job) && job.State.IsFinal()).ToList())
        {
            _jobs.Remove(job);
        }
    }

    /// <summary>The job of a user's key; null if there is none.</summary>
    public Job? Find(string? user, string? key) => key is null ? null : _jobs.Values.SingleOrDefault(j => j.User == user && j.Request.IdempotencyKey == key);

    /// <summary>The finished jobs that need not be kept, those that finished first first.</summary>
    public IEnumerable<Job> Expired(JobRetention retention)
    {
        var newestFirst = _jobs.Values.Where(j => j.State.IsFinal()).OrderByDescending(j => j.FinishedAt).ToList();
        var kept = newestFirst.Where((job, place) =>
            (retention.KeepNewest is not { } keep || place < keep) && (retention.FinishedBefore is not { } before || job.FinishedAt >= before));
        return newestFirst.Except(kept).Reverse();
    }

    private CommandResult Create(JobCommand.SubmitAll all, CommandResult told)
    {
        Assert.Equal(all.Jobs.Count, told.All.Count);
        Job[] jobs = [.. all.Jobs.Select((submit, i) => Create(submit, told.All[i]))];
        return new CommandResult(Rejection.None, jobs[0]) { All = jobs };
    }

    private Job Create(JobCommand.Submit submit, Job? told)
    {
        Assert.True(told?.Id > _last, $"after job {_last} came job {told?.Id}");
        _last = told!.Id;
        return Changed(JobTransitions.Create(_last, submit));
    }

    private CommandResult Apply(JobCommand.OnJob command)
    {
        var job = _jobs.GetValueOrDefault(command.Job);
        var rejection = JobTransitions.Apply(job, command, out var next);
        return new CommandResult(rejection, next is null ? job : Changed(next));
    }

    private Job Changed(Job job)
    {
        _history.Add(job);
        return _jobs[job.Id] = job;
    }
}
