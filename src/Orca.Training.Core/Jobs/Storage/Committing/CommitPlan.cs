namespace Orca.Training.Jobs.Storage.Committing;

/// <summary>A job's row as a group leaves it.</summary>
/// <param name="Before">The revision on record; 0 for a new job.</param>
/// <param name="Job">What is to be on record.</param>
internal readonly record struct PlannedRow(long Before, Job Job);

/// <summary>
/// What a group of batches comes to: the answers, every change in order, and each changed job's row once. Nothing is done yet, so that a
/// commit which fails leaves no trace.
/// </summary>
/// <param name="read">A job as it is on record; null if there is none.</param>
/// <param name="findKey">The job on record that a key stands for; null if there is none.</param>
/// <param name="draw">The next job's id.</param>
/// <param name="term">The lease's current term; null where the database itself compares it.</param>
internal sealed class CommitPlan(Func<JobId, Job?> read, Func<JobKey, Job?> findKey, Func<JobId> draw, Fence? term)
{
    private readonly Dictionary<JobId, Job?> _read = [];
    private readonly Dictionary<JobKey, JobId> _keys = [];
    private readonly Dictionary<JobId, int> _rowOf = [];
    private readonly List<PlannedRow?> _rows = [];
    private readonly List<Job> _changes = [];
    private readonly List<(PendingBatch Batch, CommandResult[] Results)> _answers = [];

    /// <summary>Every change, in order.</summary>
    public IReadOnlyList<Job> Changes => _changes;

    /// <summary>Each changed job once, in the order of the last changes.</summary>
    public IEnumerable<PlannedRow> Rows => from row in _rows where row is not null select row.Value;

    public int RowCount => _rowOf.Count;

    /// <summary>The jobs that were looked at, as they were on record: what is planned and what is rejected holds as long as they are so.</summary>
    public IReadOnlyDictionary<JobId, Job?> Looked => _read;

    /// <summary>The batches that have an answer, and their answers.</summary>
    public IReadOnlyList<(PendingBatch Batch, CommandResult[] Results)> Answers => _answers;

    /// <summary>Plans a batch after those before it.</summary>
    /// <exception cref="StaleFenceException">It needs the lease and has it not; nothing of it is planned.</exception>
    public void Add(PendingBatch batch)
    {
        if (term is { } current && (batch.Fence != current || current.Term == 0) && batch.NeedsFence)
        {
            throw new StaleFenceException(batch.Fence, current);
        }

        var results = new CommandResult[batch.Commands.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = batch.Commands[i] switch
            {
                JobCommand.Submit submit => Submit(submit),
                JobCommand.SubmitAll all => SubmitAll(all),
                var command => Apply((JobCommand.OnJob)command),
            };
        }

        _answers.Add((batch, results));
    }

    private CommandResult Submit(JobCommand.Submit submit) => Find(submit) is { } job ? new CommandResult(Rejection.KeyInUse, job) : Create(submit);

    private CommandResult SubmitAll(JobCommand.SubmitAll all)
    {
        if (Find(all.Jobs[0]) is { } job)
        {
            return new CommandResult(Rejection.KeyInUse, job);
        }

        Job[] jobs = [.. all.Jobs.Select(s => Create(s).Job!)];
        return new CommandResult(Rejection.None, jobs[0]) { All = jobs };
    }

    private Job? Find(JobCommand.Submit submit)
    {
        if (JobKey.Of(submit) is not { } key)
        {
            return null;
        }

        if (_keys.TryGetValue(key, out var id))
        {
            return _rows[_rowOf[id]]!.Value.Job;
        }

        // What is on record may have been changed since by a command of the same group; that it is so still is part of the answer.
        return findKey(key) is not { } found ? null
            : _rowOf.TryGetValue(found.Id, out var at) ? _rows[at]!.Value.Job
            : _read[found.Id] = found;
    }

    private CommandResult Create(JobCommand.Submit submit)
    {
        var job = JobTransitions.Create(draw(), submit);
        if (JobKey.Of(submit) is { } key)
        {
            _keys.Add(key, job.Id);
        }

        return Changed(0, job);
    }

    private CommandResult Apply(JobCommand.OnJob command)
    {
        var isPlanned = _rowOf.TryGetValue(command.Job, out var at);
        var job = isPlanned ? _rows[at]!.Value.Job : Look(command.Job);
        var rejection = JobTransitions.Apply(job, command, out var next);
        return next is null ? new CommandResult(rejection, job) : Changed(isPlanned ? _rows[at]!.Value.Before : job!.Revision, next);
    }

    private Job? Look(JobId id)
    {
        if (!_read.TryGetValue(id, out var job))
        {
            _read[id] = job = read(id);
        }

        return job;
    }

    private CommandResult Changed(long before, Job job)
    {
        if (_rowOf.TryGetValue(job.Id, out var at))
        {
            _rows[at] = null;
        }

        _rowOf[job.Id] = _rows.Count;
        _rows.Add(new PlannedRow(before, job));
        _changes.Add(job);
        return new CommandResult(Rejection.None, job);
    }
}
