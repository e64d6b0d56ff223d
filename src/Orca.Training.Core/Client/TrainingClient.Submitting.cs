using System.Diagnostics;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>
/// Submissions. An idempotency key is looked up before anything else is: a repeated submission is the same job also if its algorithm is gone
/// since, its dataset has a newer version or a setting is another.
/// </summary>
internal sealed partial class TrainingClient
{
    // Made once, and not for each submission.
    private Recording? _own;

    private Recording Own => _own ??= new Recording(RecordAsync, IsOwn: true);

    public Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default) =>
        // First of all: what is checked is what is recorded, whatever the caller does with the dictionaries meanwhile.
        SubmitAsync(Operations.Train, Intake.Request(request), Own, cancellationToken);

    public async Task<JobId> RerunAsync(JobId job, CancellationToken cancellationToken = default)
    {
        var run = await Runs.GetAsync(job, cancellationToken);
        return run.Execution is null
            ? throw new TrainingException(TrainingError.FailedPrecondition, $"What job {job} executed is not recorded, because its machine did not report it. Submit its request again.")
            : await SubmitAsync(Operations.Rerun, Reruns.RequestOf(run), Own, cancellationToken);
    }

    /// <summary>Submits as ever, but for how the job goes on record: a store's package records it within the application's own transaction.</summary>
    internal Task<JobId> TrainAsync(
        TrainingRequest request, Func<JobCommand.Submit, CancellationToken, ValueTask<CommandResult>> record, CancellationToken cancellationToken) =>
        SubmitAsync(Operations.Train, Intake.Request(request), new Recording(record, IsOwn: false), cancellationToken);

    /// <param name="operation">What the caller asks for.</param>
    /// <param name="request">One that nobody else can change.</param>
    /// <param name="record">How the job goes on record.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private Task<JobId> SubmitAsync(Operation operation, TrainingRequest request, Recording record, CancellationToken cancellationToken) =>
        _guard.AskAsync(operation, async () =>
        {
            var fingerprint = request.IdempotencyKey is null ? null : Fingerprint.Of(request);
            if (await FindAsync(request.IdempotencyKey, fingerprint, cancellationToken) is { } known)
            {
                return known.Id;
            }

            var rules = _services.Validator();
            var found = rules.Check(request);
            ThrowIfAny(found);
            var pools = await ResolvePoolsAsync([request], fieldOf: null, cancellationToken);
            await TakeRoomAsync(1, cancellationToken);
            using var room = await TakeRoomAsync(pools, cancellationToken);
            var activity = TrainingActivities.Submit(request, _services.Time);
            var result = await TracedAsync(activity, RecordAsync(request, pools[0], fingerprint, rules, found, record, cancellationToken));
            var job = result.Job!;
            if (result.Applied)
            {
                _services.Metrics?.Submitted(job);
                if (record.IsOwn)
                {
                    await RecordAsync(operation, $"job {job.Id}", job.Team);
                }
            }

            return job.Id;
        }, cancellationToken);

    /// <summary>The pool of each request.</summary>
    /// <exception cref="TrainingException">The caller may not use one.</exception>
    private async ValueTask<string?[]> ResolvePoolsAsync(IReadOnlyList<TrainingRequest> requests, Func<int, string>? fieldOf, CancellationToken cancellationToken) =>
        _services.Pools is { } gate ? await gate.ResolveAsync(requests, _caller?.Rights.ForPools, fieldOf, cancellationToken) : PoolGate.NoneOf(requests, fieldOf);

    /// <exception cref="TrainingException">A pool has too many in its queue.</exception>
    private ValueTask<IDisposable?> TakeRoomAsync(IReadOnlyList<string?> pools, CancellationToken cancellationToken) =>
        _services.Pools is { } gate ? gate.TakeRoomAsync(pools, User, cancellationToken) : ValueTask.FromResult<IDisposable?>(null);

    /// <exception cref="TrainingException">The caller has too many in the queue.</exception>
    private ValueTask TakeRoomAsync(int trainings, CancellationToken cancellationToken) =>
        _guard.Budget is { } budget ? budget.QueueAsync(trainings, CountQueuedAsync, cancellationToken) : ValueTask.CompletedTask;

    private async ValueTask<int> CountQueuedAsync(int most, CancellationToken cancellationToken)
    {
        var (count, query) = (0, new JobQuery { User = User, States = [JobState.Queued], OldestFirst = true, Limit = CallLimits.MaxPageSize });
        while (true)
        {
            var page = await _jobs.ReadPageAsync(query, cancellationToken);
            count += page.Count(r => r.Job.User == User);
            if (page.Count < query.Limit || count >= most)
            {
                return count;
            }

            query = query with { After = page[^1].Job.Id };
        }
    }

    private async ValueTask<CommandResult> RecordAsync(
        TrainingRequest request,
        string? pool,
        string? fingerprint,
        RequestValidator rules,
        List<FieldViolation> found,
        Recording record,
        CancellationToken cancellationToken)
    {
        var version = await _facts.ResolveAsync(request, found, cancellationToken);
        if (request.InputModel is not null)
        {
            request = request with { InputModel = await _facts.ResolveModelAsync(request, found, cancellationToken) };
        }

        if (request.DependsOn.Count > 0)
        {
            DependencyRule.CheckMissing(request.DependsOn, await _facts.MissingAsync([request], cancellationToken), found);
        }

        ThrowIfAny(found);
        if (request.OutputModelName.Length > 0)
        {
            await _facts.ClaimModelAsync(request.OutputModelName, record.IsOwn, found, cancellationToken);
            ThrowIfAny(found);
        }

        var result = await record.Record(Submission(request, pool, version, fingerprint, rules), cancellationToken);
        return Checked(result, fingerprint);
    }

    private JobCommand.Submit Submission(TrainingRequest request, string? pool, string version, string? fingerprint, RequestValidator rules)
    {
        var accepted = rules.DefaultsOf(request.Algorithm).FillIn(request.DatasetVersion == version ? request : request with { DatasetVersion = version });
        return new JobCommand.Submit(accepted, User, _services.Time.GetUtcNow())
        {
            Team = _caller?.Rights.Team,
            Pool = pool,
            TraceParent = TrainingActivities.TraceParent,
            Fingerprint = fingerprint,
        };
    }

    private async ValueTask<CommandResult> RecordAsync(JobCommand.Submit submit, CancellationToken cancellationToken) =>
        (await _jobs.ApplyAsync([submit], fence: null, cancellationToken))[0];

    /// <summary>The job that a key stands for, if it does.</summary>
    /// <exception cref="TrainingException">It stands for another request.</exception>
    private async ValueTask<Job?> FindAsync(string? key, string? fingerprint, CancellationToken cancellationToken)
    {
        // No job has a key with a control character, and not every store could be asked for one.
        if (key is null || key.Any(char.IsControl))
        {
            return null;
        }

        return await _jobs.FindByKeyAsync(User, key, cancellationToken) is { } job ? Same(job, fingerprint) : null;
    }

    /// <summary>What a store answers to a submission. A key can be in use though it was not a moment ago: most likely the same caller was faster.</summary>
    /// <exception cref="TrainingException">It stands for another request.</exception>
    private static CommandResult Checked(CommandResult result, string? fingerprint)
    {
        if (result.Rejection is Rejection.KeyInUse)
        {
            Same(result.Job!, fingerprint);
        }

        return result;
    }

    private static Job Same(Job job, string? fingerprint) =>
        job.Fingerprint == fingerprint ? job : throw TrainingException.KeyInUse(job.Request.IdempotencyKey ?? "", job.Id);

    private static void ThrowIfAny(List<FieldViolation> found)
    {
        if (found.Count > 0)
        {
            throw TrainingException.Invalid(found);
        }
    }

    private async ValueTask<CommandResult> TracedAsync(Activity? activity, ValueTask<CommandResult> submitting)
    {
        if (activity is null)
        {
            return await submitting;
        }

        string? error = null;
        try
        {
            var result = await submitting;
            activity.SetTag(MetricNames.JobId, result.Job!.Id.Value);
            return result;
        }
        catch (Exception e)
        {
            error = e is TrainingException trouble ? trouble.Error.ToString() : e.GetType().FullName;
            throw;
        }
        finally
        {
            activity.End(_services.Time, error);
        }
    }

    /// <summary>How a job goes on record.</summary>
    /// <param name="Record">Records it.</param>
    /// <param name="IsOwn">
    /// Whether it is recorded at once. Otherwise that is up to a transaction of the application's: until then nothing has happened that could be told, and
    /// nothing else is written, which would wait for the transaction's end.
    /// </param>
    private sealed record Recording(Func<JobCommand.Submit, CancellationToken, ValueTask<CommandResult>> Record, bool IsOwn);
}
