using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Several trainings at once.</summary>
internal sealed partial class TrainingClient
{
    // So many trainings are looked at in vain for one page: some tens of milliseconds. A list holds up nobody for longer.
    private const int MaxPassedOver = 20_000;

    public Task<IReadOnlyList<TrainingStatus?>> GetTrainingStatusesAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellationToken = default)
    {
        jobs = Intake.Jobs(jobs);
        return _guard.AskAsync<IReadOnlyList<TrainingStatus?>>(Operations.GetStatuses, async () =>
        {
            var installation = await _jobs.GetInstallationAsync(cancellationToken);
            var readings = await _jobs.ReadAsync(jobs, cancellationToken);
            var unfinished = await Unfinished.ReadAsync(_jobs, from reading in readings where reading is not null select reading.Value.Job, cancellationToken);
            return [.. readings.Select(r => r is { } reading ? TrainingStatus.Of(reading, installation, unfinished) : null)];
        }, cancellationToken);
    }

    public Task<TrainingPage> ListTrainingsAsync(TrainingQuery query, CancellationToken cancellationToken = default)
    {
        query = Intake.Query(query);
        return _guard.AskAsync(Operations.List, async () =>
        {
            var violations = QueryValidator.Check(query, _services.Validator().Limits);
            if (violations.Count > 0)
            {
                throw TrainingException.Invalid(violations);
            }

            var installation = await _jobs.GetInstallationAsync(cancellationToken);
            var after = PageToken.Read(query, installation, out var violation);
            if (violation is not null)
            {
                throw TrainingException.Invalid([violation]);
            }

            var size = query.PageSize == 0 ? CallLimits.DefaultPageSize : query.PageSize;
            // One more than the page holds says whether there is a next page.
            var found = await ReadPageAsync(StoreQueryOf(query, after, size + 1), cancellationToken);
            var unfinished = await Unfinished.ReadAsync(_jobs, found.Take(size).Select(reading => reading.Job), cancellationToken);
            var page = WhatFits(found.Take(size).Select(reading => TrainingStatus.Of(reading, installation, unfinished)));
            return new TrainingPage(page, page.Count < found.Count ? PageToken.After(page[^1].JobId, installation, query) : null);
        }, cancellationToken);
    }

    private static JobQuery StoreQueryOf(TrainingQuery query, JobId? after, int limit) => new()
    {
        States = query.States,
        User = query.User,
        Algorithm = query.Algorithm,
        DatasetId = query.DatasetId,
        Name = query.Name,
        Group = query.Group,
        Labels = query.Labels,
        SubmittedFrom = query.SubmittedFrom,
        SubmittedBefore = query.SubmittedBefore,
        OldestFirst = query.OldestFirst,
        After = after,
        Limit = limit,
        MaxPassedOver = MaxPassedOver,
    };

    private async ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await _jobs.ReadPageAsync(query, cancellationToken);
        }
        catch (JobQueryTooBroadException e)
        {
            throw TrainingException.Invalid([.. e.Conditions.Select(c => new FieldViolation(
                c, Invariant($"Very many trainings meet one of {string.Join(", ", e.Conditions)}, and too few meet all: {e.PassedOver} were looked at. Add a condition that few meet, such as a name, a group or a label.")))]);
        }
    }

    private static List<TrainingStatus> WhatFits(IEnumerable<TrainingStatus> statuses)
    {
        var page = new List<TrainingStatus>();
        var bytes = 0;
        foreach (var status in statuses)
        {
            var item = Fitting.Fit(status, Fitting.MostOfAnItem);
            bytes += AnswerSize.Of(item);
            if (bytes > Fitting.MostOfAMessage && page.Count > 0)
            {
                break;
            }

            page.Add(item);
        }

        return page;
    }
}
