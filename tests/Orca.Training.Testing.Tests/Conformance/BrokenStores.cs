using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>Mistakes that one could make in a job store, each of which the suite must catch.</summary>
internal static class BrokenStores
{
    /// <summary>Takes a decision from whoever sends it.</summary>
    public sealed class ForgetsTheFence(IJobStore inner) : WrappedStore(inner)
    {
        private Fence? _current;

        public override async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) =>
            await base.AcquireLeaseAsync(holder, duration, cancellationToken) is { } fence ? _current = fence : null;

        public override ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
            base.ApplyAsync(commands, _current, cancellationToken);
    }

    /// <summary>Applies a batch command by command, so that a refused fence comes too late for those before, and a reader may see half of it.</summary>
    public sealed class AppliesOneByOne(IJobStore inner) : WrappedStore(inner)
    {
        private TaskCompletionSource _read = new();

        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            var results = new List<CommandResult>();
            foreach (var command in commands)
            {
                results.AddRange(await base.ApplyAsync([command], fence, cancellationToken));

                // A reader that there is gets its turn; where there is none, it goes on.
                Volatile.Write(ref _read, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                await Task.WhenAny(_read.Task, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken));
            }

            return results;
        }

        public override async ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken)
        {
            var read = Volatile.Read(ref _read);
            var open = await base.ReadOpenJobsAsync(cancellationToken);
            read.TrySetResult();
            return open;
        }
    }

    /// <summary>Leaves the rest of a batch undone after a command that was rejected.</summary>
    public sealed class StopsAtARejection(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            var results = new List<CommandResult>();
            foreach (var command in commands)
            {
                results.Add(results is [.., { Applied: false }] ? results[^1] : (await base.ApplyAsync([command], fence, cancellationToken))[0]);
            }

            return results;
        }
    }

    /// <summary>Answers before it has done anything.</summary>
    public sealed class AnswersTooEarly(IJobStore inner) : WrappedStore(inner)
    {
        private readonly TaskCompletionSource _never = new();

        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            var submits = commands.OfType<JobCommand.Submit>().ToList();
            if (submits.Count < commands.Count || submits.Count == 0)
            {
                return await base.ApplyAsync(commands, fence, cancellationToken);
            }

            var later = ApplyLaterAsync(commands, cancellationToken);
            return later.IsCompleted ? await later : [.. submits.Select((s, i) => new CommandResult(Rejection.None, JobTransitions.Create(new JobId(i + 1), s)))];
        }

        private async Task<IReadOnlyList<CommandResult>> ApplyLaterAsync(IReadOnlyList<JobCommand> commands, CancellationToken cancellationToken)
        {
            await _never.Task;
            return await base.ApplyAsync(commands, null, cancellationToken);
        }
    }

    /// <summary>Says that a decision applied which came too late.</summary>
    public sealed class HidesConflicts(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
            [.. (await base.ApplyAsync(commands, fence, cancellationToken)).Select(r => r.Rejection is Rejection.Conflict ? r with { Rejection = Rejection.None } : r)];
    }

    /// <summary>Now and then loses a change on the way to the feed.</summary>
    public sealed class SkipsAChange(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken)
        {
            var page = await base.ReadChangesAsync(after, cancellationToken);
            return page with { Changes = [.. page.Changes.Where((_, i) => (after.Sequence + i) % 4 != 3)] };
        }
    }

    /// <summary>Brings the changes of a page in the order of the jobs' ids.</summary>
    public sealed class SortsTheFeed(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken)
        {
            var page = await base.ReadChangesAsync(after, cancellationToken);
            return page with { Changes = [.. page.Changes.OrderBy(j => j.Id).ThenBy(j => j.Revision)] };
        }
    }

    /// <summary>Says that the feed goes on one change later than it does.</summary>
    public sealed class GivesALateCursor(IJobStore inner) : WrappedStore(inner)
    {
        private int _reads;

        public override async ValueTask<OpenJobs> ReadOpenJobsAsync(CancellationToken cancellationToken)
        {
            var open = await base.ReadOpenJobsAsync(cancellationToken);
            return ++_reads == 1 ? open : open with { Cursor = new ChangeCursor(open.Cursor.Sequence - 1) };
        }
    }

    /// <summary>Does not wake a reader that came before the change.</summary>
    public sealed class NeverWakesAReader(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<ChangePage> ReadChangesAsync(ChangeCursor after, CancellationToken cancellationToken)
        {
            var read = base.ReadChangesAsync(after, cancellationToken);
            if (!read.IsCompleted)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return await read;
        }
    }

    /// <summary>Waits for a change although the job has come to its end.</summary>
    public sealed class WaitsForAFinalJob(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<IReadOnlyList<Job>?> ReadJobChangesAsync(JobId job, long afterRevision, CancellationToken cancellationToken)
        {
            var changes = await base.ReadJobChangesAsync(job, afterRevision, cancellationToken);
            if (changes is { Count: 0 })
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return changes;
        }
    }

    /// <summary>Answers what it read the last time.</summary>
    public sealed class ReadsFromAStaleCache(IJobStore inner) : WrappedStore(inner)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<JobId, JobReading> _cache = new();

        public override async ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken)
        {
            if (await base.ReadAsync(job, cancellationToken) is not { } reading)
            {
                return null;
            }

            // Only while the state is the same, so that a case that looks at states alone sees nothing.
            var cached = _cache.GetOrAdd(job, reading);
            return cached.Job.State == reading.Job.State ? cached : _cache[job] = reading;
        }
    }

    /// <summary>Reads a job, thinks, and writes: of two callers at once, both are told that theirs applied.</summary>
    public sealed class ThinksBetweenReadAndWrite(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken)
        {
            if (commands is not [JobCommand.OnJob command] || (await Inner.ReadAsync(command.Job, cancellationToken))?.Job is not { } before)
            {
                return await base.ApplyAsync(commands, fence, cancellationToken);
            }

            var rejection = JobTransitions.Apply(before, command, out var next);
            await LetOthersInAsync();
            await base.ApplyAsync(commands, fence, cancellationToken);
            return [new CommandResult(rejection, next ?? before)];
        }
    }

    /// <summary>Counts a place in the queue from nothing.</summary>
    public sealed class CountsPlacesFromZero(IJobStore inner) : WrappedStore(inner)
    {
        public override async ValueTask<JobReading?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
            await base.ReadAsync(job, cancellationToken) is { } reading ? reading with { QueuePosition = reading.QueuePosition - 1 } : null;
    }

    /// <summary>Begins a page with the job that the last one ended with.</summary>
    public sealed class RepeatsTheLastOfAPage(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) =>
            base.ReadPageAsync(query.After is { Value: > 0 } after ? query with { After = new JobId(after.Value + (query.OldestFirst ? -1 : 1)) } : query, cancellationToken);
    }

    /// <summary>Puts no condition on the labels.</summary>
    public sealed class IgnoresLabels(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) =>
            base.ReadPageAsync(query with { Labels = new Dictionary<string, string>() }, cancellationToken);
    }

    /// <summary>Shows everybody's jobs, whoever's are asked for.</summary>
    public sealed class IgnoresOwners(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<JobReading>> ReadPageAsync(JobQuery query, CancellationToken cancellationToken) =>
            base.ReadPageAsync(query with { Owners = null }, cancellationToken);
    }

    /// <summary>Gives the lease to whoever asks.</summary>
    public sealed class HasTwoDeciders(IJobStore inner) : WrappedStore(inner)
    {
        private Fence? _last;

        public override async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken) =>
            _last = await base.AcquireLeaseAsync(holder, duration, cancellationToken) ?? _last;
    }

    /// <summary>A renewal is answered, and does not make the lease last longer.</summary>
    public sealed class RenewsInWordsOnly(IJobStore inner) : WrappedStore(inner)
    {
        private (string Holder, Fence Fence)? _held;

        public override async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
        {
            if (_held is { } held && held.Holder == holder)
            {
                return held.Fence;
            }

            var fence = await base.AcquireLeaseAsync(holder, duration, cancellationToken);
            _held = fence is { } f ? (holder, f) : _held;
            return fence;
        }

        public override ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken)
        {
            _held = null;
            return base.ReleaseLeaseAsync(fence, cancellationToken);
        }
    }

    /// <summary>Loses the labels of a request.</summary>
    public sealed class LosesAField(IJobStore inner) : WrappedStore(inner)
    {
        public override ValueTask<IReadOnlyList<CommandResult>> ApplyAsync(IReadOnlyList<JobCommand> commands, Fence? fence, CancellationToken cancellationToken) =>
            base.ApplyAsync(
                [.. commands.Select(c => c is JobCommand.Submit s ? s with { Request = s.Request with { Labels = new Dictionary<string, string>() } } : c)], fence, cancellationToken);
    }

    /// <summary>Every call draws the installation anew.</summary>
    public sealed class ForgetsWhoItIs(IJobStore inner) : WrappedStore(inner)
    {
        private int _calls;

        public override ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(new InstallationId($"i{Interlocked.Increment(ref _calls)}"));
    }

    private static async Task LetOthersInAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            await Task.Yield();
        }
    }
}
