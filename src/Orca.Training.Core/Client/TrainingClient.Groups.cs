using System.Security.Cryptography;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Several submissions at once: one commit for all, and one group.</summary>
internal sealed partial class TrainingClient
{
    private const string GroupLetters = "bcdfghjkmnpqrstvwxz23456789";
    private const int GroupLength = 8;

    public Task<TrainingGroup> TrainAllAsync(
        IReadOnlyList<TrainingRequest> requests, string? group = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var batch = Intake.Batch(requests, group, idempotencyKey);
        return _guard.AskAsync(Operations.TrainAll, async () =>
        {
            var fingerprint = Fingerprint.Of(batch);
            if (await FindAsync(batch.IdempotencyKey, fingerprint, cancellationToken) is { } known)
            {
                return await GroupOfAsync(known, batch.Requests.Count, cancellationToken);
            }

            var rules = _services.Validator();
            ThrowIfAny(rules.Check(batch));
            var named = batch with { Group = batch.Group ?? DrawGroup("group") };
            return await SubmitAsync(Operations.TrainAll, named, fingerprint, rules, TrainingBatch.FieldOf, cancellationToken);
        }, cancellationToken);
    }

    public Task<TrainingGroup> TrainSweepAsync(TrainingSweep sweep, CancellationToken cancellationToken = default)
    {
        sweep = Intake.Sweep(sweep);
        return _guard.AskAsync(Operations.TrainSweep, async () =>
        {
            var (request, fingerprint) = (sweep.Request, Fingerprint.Of(sweep));
            if (await FindAsync(request.IdempotencyKey, fingerprint, cancellationToken) is { } known)
            {
                return await GroupOfAsync(known, SweepExpansion.CountOf(sweep), cancellationToken);
            }

            var rules = _services.Validator();
            var found = rules.Check(request, [.. sweep.Grid.Select(g => g.Name)]);
            SweepExpansion.Check(sweep, rules, found);
            ThrowIfAny(found);
            var batch = new TrainingBatch(SweepExpansion.Expand(sweep, rules.Limits.NameLength), request.Group ?? DrawGroup("sweep"), request.IdempotencyKey);
            return await SubmitAsync(Operations.TrainSweep, batch, fingerprint, rules, fieldOf: null, cancellationToken);
        }, cancellationToken);
    }

    /// <param name="operation">What the caller asks for.</param>
    /// <param name="batch">A batch that has a group.</param>
    /// <param name="fingerprint">Of what was submitted.</param>
    /// <param name="rules">What says how requests are filled in.</param>
    /// <param name="fieldOf">Names one request in what is said of it; null where all of them stand for one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async ValueTask<TrainingGroup> SubmitAsync(
        Operation operation, TrainingBatch batch, string fingerprint, RequestValidator rules, Func<int, string>? fieldOf, CancellationToken cancellationToken)
    {
        var pools = await ResolvePoolsAsync(batch.Requests, fieldOf, cancellationToken);
        await TakeRoomAsync(batch.Requests.Count, cancellationToken);
        using var room = await TakeRoomAsync(pools, cancellationToken);
        var activity = TrainingActivities.Submit(batch.Requests[0], _services.Time);
        var result = await TracedAsync(activity, RecordAsync(batch, pools, fingerprint, rules, fieldOf, cancellationToken));
        if (!result.Applied)
        {
            return await GroupOfAsync(result.Job!, batch.Requests.Count, cancellationToken);
        }

        foreach (var job in result.All)
        {
            _services.Metrics?.Submitted(job);
        }

        await RecordAsync(operation, Invariant($"group {batch.Group}, jobs {result.All[0].Id} to {result.All[^1].Id}"), result.Job!.Team);
        return new TrainingGroup(batch.Group!, [.. result.All.Select(j => j.Id)]);
    }

    private async ValueTask<CommandResult> RecordAsync(
        TrainingBatch batch, string?[] pools, string fingerprint, RequestValidator rules, Func<int, string>? fieldOf, CancellationToken cancellationToken)
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
            submits.Add(Submission(asked, pools[submits.Count], resolved.Version, fingerprint, rules));
        }

        ThrowIfAny([.. found]);
        foreach (var model in submits.Select(m => m.Request.OutputModelName).Where(m => m.Length > 0).Distinct(StringComparer.Ordinal))
        {
            var place = submits.FindIndex(m => m.Request.OutputModelName == model);
            var own = new List<FieldViolation>();
            await _facts.ClaimModelAsync(model, mayClaim: true, own, cancellationToken);
            found.UnionWith(own.Select(v => fieldOf is null ? v : v with { Field = $"{fieldOf(place)}.{v.Field}" }));
        }

        ThrowIfAny([.. found]);
        var result = (await _jobs.ApplyAsync([new JobCommand.SubmitAll(submits)], fence: null, cancellationToken))[0];
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
            var page = await _jobs.ReadPageAsync(query, cancellationToken);
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
