using Microsoft.Extensions.Logging;
using Orca.Training.Artifacts;
using Orca.Training.Clocks;
using Orca.Training.Diagnostics;
using Orca.Training.Disk;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tracking;

/// <summary>
/// Looks at the room on the host's disks for as long as its decider lasts. Where there is little, it has starts put off; where there is none,
/// it has the attempt ended that fills the disk, and removes what jobs left that did not succeed: so an end can be recorded, and room comes back.
/// </summary>
internal sealed class DiskWatch(
    DiskRule rule,
    TimeSpan period,
    IReadOnlyList<IOnDisk> stores,
    InstallationId installation,
    IJobStore jobs,
    IArtifactStore artifacts,
    TrackerState state,
    TimeProvider time,
    Inbox inbox,
    ILogger logger)
{
    // So many jobs are looked at: those that run, and of those that ended the newest.
    private const int MostLookedAt = 200;

    private static readonly TimeSpan SamplePeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRemoval = TimeSpan.FromMinutes(1);

    // An attempt has its grace, and its output is read to its end, before another one is taken for the one that fills the disk.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMinutes(2);

    private readonly SteadyClock _clock = new(time);
    private Dictionary<AttemptId, long> _sizes = [];
    private (AttemptId Attempt, TimeSpan Since)? _ending;
    private bool _hasFailed;
    private TimeSpan _nextSample;
    private DiskVerdict _verdict = DiskVerdict.Ample;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = period;
            try
            {
                pause = await LookAsync(cancellationToken);
                _hasFailed = false;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (!_hasFailed)
                {
                    logger.DiskFailed(e);
                }

                _hasFailed = true;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        DiskReading[] disks = [.. stores.Select(s => DiskReading.Of(s.Folder)).DistinctBy(d => d.Device)];
        var worst = disks.MaxBy(d => rule.Judge(d, _verdict));
        var verdict = rule.Judge(worst, _verdict);
        if (verdict is not DiskVerdict.Ample)
        {
            state.DiskTrouble = rule.Sentence(worst, verdict);
        }

        if (verdict != _verdict)
        {
            await TellAsync(verdict, cancellationToken);
        }

        if (verdict is DiskVerdict.Full && artifacts is IOnDisk place && DiskReading.Of(place.Folder).Device == worst.Device)
        {
            await MakeRoomAsync(cancellationToken);
        }
        else if (artifacts.IsOnHost && _clock.Elapsed >= _nextSample)
        {
            await SampleAsync(cancellationToken);
        }

        return disks.Length == 0 ? period : disks.Min(d => rule.NextLook(d, period));
    }

    private async ValueTask TellAsync(DiskVerdict verdict, CancellationToken cancellationToken)
    {
        await inbox.PostAsync(new TrackerEvent.RoomChanged(verdict is DiskVerdict.Ample), cancellationToken);
        _verdict = verdict;
        if (verdict is DiskVerdict.Ample)
        {
            state.DiskTrouble = null;
            logger.DiskHasRoom();
        }
        else
        {
            logger.DiskShort(state.DiskTrouble!);
        }
    }

    /// <summary>
    /// What is more than the growth of any attempt, and was left by a job that did not succeed, is removed; otherwise the attempt that grew most
    /// is ended. One step a look, and while an attempt is being ended, none.
    /// </summary>
    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        var uses = await SampleAsync(cancellationToken);
        if (_ending is { } ending && uses.Any(u => u.Owner == ending.Attempt) && _clock.Elapsed - ending.Since < LongestEnd)
        {
            return;
        }

        var filler = DiskRule.Filler(uses.Where(u => u.Owner != _ending?.Attempt));
        if (DiskRule.Filler(await LeftAsync(cancellationToken)) is { } left && left.Bytes >= (filler?.Grown ?? 0))
        {
            logger.DiskCleared(left.Owner.Value, DiskRule.Size(left.Bytes));
            using var limit = new CancellationTokenSource(LongestRemoval, time);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            await artifacts.RemoveAsync(installation, left.Owner, exceptAttempt: null, ends.Token).OrGiveUpAsync(ends.Token);
        }
        else if (filler is { } most)
        {
            var bytes = DiskRule.Size(most.Bytes);
            _ending = (most.Owner, _clock.Elapsed);
            logger.DiskFiller(most.Owner.ToString(), bytes);
            await inbox.PostAsync(new TrackerEvent.DiskFilled(new AttemptName(installation, most.Owner), bytes), cancellationToken);
        }
    }

    /// <summary>What the attempts take that run on this host's disk; what is new among them has grown from nothing.</summary>
    private async Task<IReadOnlyList<DiskUse<AttemptId>>> SampleAsync(CancellationToken cancellationToken)
    {
        var open = await PageAsync([JobState.Running], cancellationToken);
        var uses = new List<DiskUse<AttemptId>>();
        var sizes = new Dictionary<AttemptId, long>();
        foreach (var job in open)
        {
            var attempt = new AttemptId(job.Id, job.LastAttempt);
            var bytes = Measure(job, job.LastAttempt, cancellationToken);
            sizes[attempt] = bytes;
            uses.Add(new DiskUse<AttemptId>(attempt, bytes, bytes - _sizes.GetValueOrDefault(attempt)));
        }

        (_sizes, _nextSample) = (sizes, _clock.Elapsed + SamplePeriod);
        return uses;
    }

    /// <summary>What jobs left that did not succeed; a job that waits for another attempt counts only where there is nothing else.</summary>
    private async Task<IReadOnlyList<DiskUse<JobId>>> LeftAsync(CancellationToken cancellationToken)
    {
        var failed = await PageAsync([JobState.Failed, JobState.Cancelled], cancellationToken);
        var uses = Uses(failed);
        return uses.Any(u => u.Bytes > 0) ? uses : Uses(await PageAsync([JobState.Queued], cancellationToken));

        List<DiskUse<JobId>> Uses(IEnumerable<Job> found) =>
        [
            .. found.Where(j => j.LastAttempt > 0)
                .Select(j => new DiskUse<JobId>(j.Id, Enumerable.Range(1, j.LastAttempt).Sum(n => Measure(j, n, cancellationToken)), 0)),
        ];
    }

    private long Measure(Job job, int attempt, CancellationToken cancellationToken)
    {
        var output = artifacts.OutputOf(new AttemptName(installation, new AttemptId(job.Id, attempt)));
        return output.IsFile ? FolderUse.Of(output.LocalPath, cancellationToken) : 0;
    }

    private async Task<IEnumerable<Job>> PageAsync(JobState[] states, CancellationToken cancellationToken) =>
        (await jobs.ReadPageAsync(new JobQuery { States = states, Limit = MostLookedAt }, cancellationToken)).Select(r => r.Job);
}
