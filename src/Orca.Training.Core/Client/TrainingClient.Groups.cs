using System.Security.Cryptography;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>Several submissions at once: one commit for all, and one group.</summary>
internal sealed partial class TrainingClient
{
    private const string GroupLetters = "bcdfghjkmnpqrstvwxz23456789";
    private const int GroupLength = 8;

    public async Task<TrainingGroup> TrainAllAsync(
        IReadOnlyList<TrainingRequest> requests, string? group = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var batch = Intake.Batch(requests, group, idempotencyKey);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var fingerprint = Fingerprint.Of(batch);
            if (await FindAsync(batch.IdempotencyKey, fingerprint, cancellationToken) is { } known)
            {
                return await GroupOfAsync(known, batch.Requests.Count, cancellationToken);
            }

            var rules = validator();
            ThrowIfAny(rules.Check(batch));
            return await SubmitAsync(batch with { Group = batch.Group ?? DrawGroup("group") }, fingerprint, rules, TrainingBatch.FieldOf, cancellationToken);
        }
        catch (Exception e) when (_errors.Translated(e, nameof(TrainAllAsync), cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    public async Task<TrainingGroup> TrainSweepAsync(TrainingSweep sweep, CancellationToken cancellationToken = default)
    {
        sweep = Intake.Sweep(sweep);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var (request, fingerprint) = (sweep.Request, Fingerprint.Of(sweep));
            if (await FindAsync(request.IdempotencyKey, fingerprint, cancellationToken) is { } known)
            {
                return await GroupOfAsync(known, SweepExpansion.CountOf(sweep), cancellationToken);
            }

            var rules = validator();
            var found = rules.Check(request, [.. sweep.Grid.Select(g => g.Name)]);
            SweepExpansion.Check(sweep, rules, found);
            ThrowIfAny(found);
            var batch = new TrainingBatch(SweepExpansion.Expand(sweep, rules.Limits.NameLength), request.Group ?? DrawGroup("sweep"), request.IdempotencyKey);
            return await SubmitAsync(batch, fingerprint, rules, fieldOf: null, cancellationToken);
        }
        catch (Exception e) when (_errors.Translated(e, nameof(TrainSweepAsync), cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    /// <param name="batch">A batch that has a group.</param>
    /// <param name="fingerprint">Of what was submitted.</param>
    /// <param name="rules">What says how requests are filled in.</param>
    /// <param name="fieldOf">Names one request in what is said of it; null where all of them stand for one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async ValueTask<TrainingGroup> SubmitAsync(
        TrainingBatch batch, string fingerprint, RequestValidator rules, Func<int, string>? fieldOf, CancellationToken cancellationToken)
    {
        var activity = TrainingActivities.Submit(batch.Requests[0], time);
        var result = await TracedAsync(activity, RecordAsync(batch, fingerprint, rules, fieldOf, cancellationToken));
        if (!result.Applied)
        {
            return await GroupOfAsync(result.Job!, batch.Requests.Count, cancellationToken);
        }

        foreach (var job in result.All)
        {
            metrics?.Submitted(job);
        }

        return new TrainingGroup(batch.Group!, [.. result.All.Select(j => j.Id)]);
    }

    private async ValueTask<CommandResult> RecordAsync(
        TrainingBatch batch, string fingerprint, RequestValidator rules, Func<int, string>? fieldOf, CancellationToken cancellationToken)
    {
        // Each dataset is asked for once, so that all have the same version of it; and so is each model.
        var versions = new Dictionary<(string, string), (string Version, List<FieldViolation> Found)>();
        var models = new Dictionary<string, (string? Model, List<FieldViolation> Found)>(StringComparer.Ordinal);
        var missing = await _facts.MissingAsync(batch.Requests, cancellationToken);
        var found = new HashSet<FieldViolation>();
        var submits = new List<JobCommand.Submit>(batch.Requests.Count);
        foreach (var request in batch.Requests)
        {
            if (!versions.TryGetValue((request.DatasetId, request.DatasetVersion), out var resolved))
            {
                var wrong = new List<FieldViolation>();
                versions[(request.DatasetId, request.DatasetVersion)] = resolved = (await _facts.ResolveAsync(request, wrong, cancellationToken), wrong);
            }

            var model = await ResolveModelAsync(request, models, cancellationToken);
            List<FieldViolation> own = [.. resolved.Found, .. model.Found];
            DependencyRule.CheckMissing(request.DependsOn, missing, own);
            found.UnionWith(own.Select(v => fieldOf is null ? v : v with { Field = $"{fieldOf(submits.Count)}.{v.Field}" }));
            var asked = request with { InputModel = model.Model, Group = batch.Group, IdempotencyKey = submits.Count == 0 ? batch.IdempotencyKey : null };
            submits.Add(Submission(asked, resolved.Version, fingerprint, rules));
        }

        ThrowIfAny([.. found]);
        var result = (await store.ApplyAsync([new JobCommand.SubmitAll(submits)], fence: null, cancellationToken))[0];
        return Checked(result, fingerprint);
    }

    private async ValueTask<(string? Model, List<FieldViolation> Found)> ResolveModelAsync(
        TrainingRequest request, Dictionary<string, (string? Model, List<FieldViolation> Found)> known, CancellationToken cancellationToken)
    {
        if (request.InputModel is not { } text)
        {
            return (null, []);
        }

        if (!known.TryGetValue(text, out var resolved))
        {
            var wrong = new List<FieldViolation>();
            known[text] = resolved = (await _facts.ResolveModelAsync(request, wrong, cancellationToken), wrong);
        }

        return resolved;
    }

    /// <summary>What was submitted with a job: the fingerprint is theirs alone in their group, since the key is part of it.</summary>
    private async ValueTask<TrainingGroup> GroupOfAsync(Job first, long most, CancellationToken cancellationToken)
    {
        var (jobs, last) = (new List<JobId>(), new JobId(first.Id.Value - 1));
        while (true)
        {
            var query = new JobQuery { Group = first.Request.Group, OldestFirst = true, After = last, Limit = CallLimits.MaxPageSize };
            var page = await store.ReadPageAsync(query, cancellationToken);
            jobs.AddRange(page.Where(r => r.Job.Fingerprint == first.Fingerprint && r.Job.User == first.User).Select(r => r.Job.Id).Take((int)Math.Min(most - jobs.Count, page.Count)));
            if (page.Count < query.Limit || jobs.Count == most)
            {
                return new TrainingGroup(first.Request.Group ?? "", jobs);
            }

            last = page[^1].Job.Id;
        }
    }

    // Which name it is says nothing to anybody, so it is no part of what a run repeats.
    private static string DrawGroup(string kind) => $"{kind}-{RandomNumberGenerator.GetString(GroupLetters, GroupLength)}";
}
