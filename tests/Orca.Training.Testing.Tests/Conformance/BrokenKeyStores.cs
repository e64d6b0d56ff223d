using System.Collections.Concurrent;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>Mistakes that one could make with keys, with submissions that come together, and with removal; each of which the suite must catch.</summary>
internal static class BrokenKeyStores
{
    /// <summary>A key stands for its job only until that has finished.</summary>
    public sealed class ForgetsTheKeyOfAFinishedJob(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            var results = await base.ApplyAsync(commands, fence, cancellationToken);
            return commands is [JobCommand.Submit submit] && results is [{ Rejection: Rejection.KeyInUse, Job: { } job }] && job.State.IsFinal()
                ? await base.ApplyAsync([WithoutKey(submit)], fence, cancellationToken)
                : results;
        }
    }

    /// <summary>Answers a repeated submission with the job as it was submitted.</summary>
    public sealed class AnswersAKeyWithWhatItOnceSaid(IJobStore inner) : WrappedStore(inner)
    {
        private readonly ConcurrentDictionary<JobId, Job> _submitted = new();

        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
        [
            .. (await base.ApplyAsync(commands, fence, cancellationToken)).Select((result, i) =>
                commands[i] is JobCommand.Submit && result.Job is { } job ? result with { Job = _submitted.GetOrAdd(job.Id, job) } : result),
        ];
    }

    /// <summary>Takes everybody's keys for the same user's.</summary>
    public sealed class SharesKeysBetweenUsers(IJobStore inner) : WrappedStore(inner)
    {
        private readonly ConcurrentDictionary<string, Job> _keys = new();

        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            if (commands is not [JobCommand.Submit { Request.IdempotencyKey: { } key }])
            {
                return await base.ApplyAsync(commands, fence, cancellationToken);
            }

            if (_keys.TryGetValue(key, out var job))
            {
                return [new CommandResult(Rejection.KeyInUse, job)];
            }

            var results = await base.ApplyAsync(commands, fence, cancellationToken);
            _keys.TryAdd(key, results[0].Job!);
            return results;
        }
    }

    /// <summary>Looks for a key, thinks, and submits: of many at once, several find none.</summary>
    public sealed class ThinksBetweenKeyAndJob(IJobStore inner) : WrappedStore(inner)
    {
        private readonly Gap _gap = new();

        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            if (commands is not [JobCommand.Submit { Request.IdempotencyKey: { } key } submit, ..])
            {
                return await base.ApplyAsync(commands, fence, cancellationToken);
            }

            if (await Inner.FindByKeyAsync(submit.User, key, cancellationToken) is not null)
            {
                return await base.ApplyAsync(commands, fence, cancellationToken);
            }

            _gap.Come();
            await _gap.LeaveAsync(cancellationToken);
            var results = await base.ApplyAsync(commands, fence, cancellationToken);
            return results[0].Applied ? results : await base.ApplyAsync([WithoutKey(submit), .. commands.Skip(1)], fence, cancellationToken);
        }
    }

    /// <summary>Compares a key only with those of the batches before.</summary>
    public sealed class OverlooksAKeyOfTheSameBatch(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            var seen = new HashSet<(string?, string)>();
            return await base.ApplyAsync(
                [.. commands.Select(c => c is JobCommand.Submit { Request.IdempotencyKey: { } key } s && !seen.Add((s.User, key)) ? WithoutKey(s) : c)], fence, cancellationToken);
        }
    }

    /// <summary>Keeps the key of a job that was removed.</summary>
    public sealed class KeepsTheKeyOfWhatWasRemoved(IJobStore inner) : WrappedStore(inner)
    {
        private readonly ConcurrentDictionary<(string?, string), Job> _keys = new();

        public override async ValueTask<Job?> FindByKeyAsync(string? user, string key, CancellationToken cancellationToken) =>
            await base.FindByKeyAsync(user, key, cancellationToken) is { } job ? _keys[(user, key)] = job : _keys.GetValueOrDefault((user, key));

        public override async ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken)
        {
            foreach (var reading in await Inner.ReadAsync(jobs, cancellationToken))
            {
                if (reading?.Job is { Request.IdempotencyKey: { } key } job)
                {
                    _keys[(job.User, key)] = job;
                }
            }

            await base.RemoveAsync(jobs, fence, cancellationToken);
        }
    }

    /// <summary>Submits one after the other what comes together.</summary>
    public sealed class SubmitsOneByOne(IJobStore inner) : WrappedStore(inner)
    {
        private readonly Gap _gap = new();

        public override async ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken)
        {
            var page = await base.ReadPageAsync(query, cancellationToken);
            _gap.Come();
            return page;
        }

        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            if (commands is not [JobCommand.SubmitAll all])
            {
                return await base.ApplyAsync(commands, fence, cancellationToken);
            }

            var results = new List<CommandResult>();
            foreach (var submit in all.Jobs)
            {
                results.AddRange(await base.ApplyAsync([submit], fence, cancellationToken));
                await _gap.LeaveAsync(cancellationToken);
            }

            return results[0].Applied ? [results[0] with { All = [.. results.Select(r => r.Job!)] }] : [results[0]];
        }
    }

    /// <summary>Stops in the middle of what comes together, and answers with what there is.</summary>
    public sealed class SubmitsHalf(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
            base.ApplyAsync([.. commands.Select(c => c is JobCommand.SubmitAll all ? new JobCommand.SubmitAll([.. all.Jobs.Take((all.Jobs.Count + 1) / 2)]) : c)], fence, cancellationToken);
    }

    /// <summary>Puts no condition on the group.</summary>
    public sealed class IgnoresTheGroup(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) =>
            base.ReadPageAsync(query with { Group = null }, cancellationToken);
    }

    /// <summary>Looks at the age alone of what need not be kept.</summary>
    public sealed class IgnoresHowManyAreKept(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
            base.ReadExpiredAsync(retention with { KeepNewest = null }, limit, cancellationToken);
    }

    /// <summary>Names those that finished last first.</summary>
    public sealed class ExpiresTheNewestFirst(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
            [.. (await base.ReadExpiredAsync(retention, int.MaxValue, cancellationToken)).Reverse().Take(limit)];
    }

    /// <summary>Begins with the oldest whatever it is asked to begin after.</summary>
    public sealed class ExpiresFromTheBeginning(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<Job>> ReadExpiredAsync(JobRetention retention, int limit, CancellationToken cancellationToken) =>
            base.ReadExpiredAsync(retention with { After = null }, limit, cancellationToken);
    }

    /// <summary>Removes for whoever asks.</summary>
    public sealed class RemovesForAnybody(IJobStore inner) : WrappedStore(inner)
    {
        private Fence? _current;

        public override async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) =>
            _current = await base.AcquireLeaseAsync(holder, duration, cancellationToken) ?? _current;

        public override ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken) =>
            base.RemoveAsync(jobs, _current ?? fence, cancellationToken);
    }

    /// <summary>Removes what waits, too.</summary>
    public sealed class RemovesWhatIsOpen(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken)
        {
            var outcome = new Outcome(OutcomeCode.Unknown, "It was removed.");
            await Inner.ApplyAsync([.. jobs.Select(j => new JobCommand.FinishQueued(j, JobState.Failed, outcome, default))], fence, cancellationToken);
            await base.RemoveAsync(jobs, fence, cancellationToken);
        }
    }

    /// <summary>Shows a job from memory for some time after it was removed.</summary>
    public sealed class ShowsWhatWasRemoved(IJobStore inner) : WrappedStore(inner)
    {
        private readonly ConcurrentDictionary<JobId, JobReading> _finished = new();

        public override async ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
            await base.ReadAsync(job, cancellationToken) is { } reading ? Remember(reading) : _finished.TryGetValue(job, out var old) ? old : null;

        private JobReading Remember(JobReading reading) => reading.Job.State.IsFinal() ? _finished[reading.Job.Id] = reading : reading;
    }

    private static JobCommand.Submit WithoutKey(JobCommand.Submit submit) => submit with { Request = submit.Request with { IdempotencyKey = null } };

    /// <summary>Lets another caller in between, if there is one.</summary>
    private sealed class Gap
    {
        private TaskCompletionSource _came = new();

        /// <summary>Another one is there.</summary>
        public void Come() => Volatile.Read(ref _came).TrySetResult();

        /// <summary>Waits for another one; where there is none, it goes on.</summary>
        public async Task LeaveAsync(CancellationToken cancellationToken)
        {
            var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _came, came);
            await Task.WhenAny(came.Task, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken));
        }
    }
}
