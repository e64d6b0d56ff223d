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
    private readonly SubmissionFacts _facts = new(store, datasets, data.Models);

    // Made once, and not for each submission.
    private Func<JobCommand.Submit, CancellationToken, ValueTask<CommandResult>>? _record;

    public Task<JobId> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default) =>
        TrainAsync(request, _record ??= RecordAsync, cancellationToken);

    public async Task<JobId> RerunAsync(JobId job, CancellationToken cancellationToken = default)
    {
        var run = await Runs.GetAsync(job, cancellationToken);
        return run.Execution is null
            ? throw new TrainingException(TrainingError.FailedPrecondition, $"What job {job} executed is not recorded, because its machine did not report it. Submit its request again.")
            : await SubmitAsync(Reruns.RequestOf(run), _record ??= RecordAsync, cancellationToken);
    }

    /// <summary>Submits as ever, but for how the job goes on record: a store's package records it within the application's own transaction.</summary>
    internal async Task<JobId> TrainAsync(
        TrainingRequest request, Func<JobCommand.Submit, CancellationToken, ValueTask<CommandResult>> record, CancellationToken cancellationToken) =>
        // First of all: what is checked is what is recorded, whatever the caller does with the dictionaries meanwhile.
        await SubmitAsync(Intake.Request(request), record, cancellationToken);

    /// <param name="request">One that nobody else can change.</param>
    /// <param name="record">How the job goes on record.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<JobId> SubmitAsync(
        TrainingRequest request, Func<JobCommand.Submit, CancellationToken, ValueTask<CommandResult>> record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var fingerprint = request.IdempotencyKey is null ? null : Fingerprint.Of(request);
            if (await FindAsync(request.IdempotencyKey, fingerprint, cancellationToken) is { } known)
            {
                return known.Id;
            }

            var rules = validator();
            var found = rules.Check(request);
            ThrowIfAny(found);
            var activity = TrainingActivities.Submit(request, time);
            var result = await TracedAsync(activity, RecordAsync(request, fingerprint, rules, found, record, cancellationToken));
            if (result.Applied)
            {
                metrics?.Submitted(result.Job!);
            }

            return result.Job!.Id;
        }
        catch (Exception e) when (_errors.Translated(e, nameof(TrainAsync), cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    private async ValueTask<CommandResult> RecordAsync(
        TrainingRequest request,
        string? fingerprint,
        RequestValidator rules,
        List<FieldViolation> found,
        Func<JobCommand.Submit, CancellationToken, ValueTask<CommandResult>> record,
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
        var result = await record(Submission(request, version, fingerprint, rules), cancellationToken);
        return Checked(result, fingerprint);
    }

    private JobCommand.Submit Submission(TrainingRequest request, string version, string? fingerprint, RequestValidator rules)
    {
        var accepted = rules.DefaultsOf(request.Algorithm).FillIn(request.DatasetVersion == version ? request : request with { DatasetVersion = version });
        return new JobCommand.Submit(accepted, user, time.GetUtcNow()) { TraceParent = TrainingActivities.TraceParent, Fingerprint = fingerprint };
    }

    private async ValueTask<CommandResult> RecordAsync(JobCommand.Submit submit, CancellationToken cancellationToken) =>
        (await store.ApplyAsync([submit], fence: null, cancellationToken))[0];

    /// <summary>The job that a key stands for, if it does.</summary>
    /// <exception cref="TrainingException">It stands for another request.</exception>
    private async ValueTask<Job?> FindAsync(string? key, string? fingerprint, CancellationToken cancellationToken)
    {
        // No job has a key with a control character, and not every store could be asked for one.
        if (key is null || key.Any(char.IsControl))
        {
            return null;
        }

        return await store.FindByKeyAsync(user, key, cancellationToken) is { } job ? Same(job, fingerprint) : null;
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
            activity.End(time, error);
        }
    }
}
