using System.Collections.Concurrent;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.Testing.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    /// <summary>Asks, and takes down what was told and when.</summary>
    private sealed class ParallelRun(IJobStore store, Fence fence, Job[] jobs, CancellationToken cancellationToken)
    {
        private readonly ConcurrentDictionary<(JobId, long), (long, long)> _applied = new();
        private readonly ConcurrentBag<JobId> _submitted = [];
        private long _clock;

        /// <summary>Of each of the jobs that there were.</summary>
        public JobHistory[] Histories { get; } = [.. jobs.Select(j => new JobHistory(j))];

        /// <summary>Of the keys that submissions have.</summary>
        public KeyHistory[] Keys { get; } = [new("k"), new("l")];

        /// <summary>The jobs that were submitted meanwhile.</summary>
        public IReadOnlyCollection<JobId> Submitted => _submitted;

        public IReadOnlyDictionary<(JobId, long), (long Asked, long Answered)> Applied => _applied;

        public async Task CallAsync(int kind, AnyCommand any)
        {
            var index = (int)any.Job - 1;
            var (job, history, key) = (jobs[index].Id, Histories[index], Keys[index]);
            var asked = Now();
            switch (kind)
            {
                case 0:
                    var reading = await store.ReadAsync(job, cancellationToken);
                    history.Add(asked, Now(), "ReadAsync", reading?.Job);
                    Assert.Equal(reading?.Job.State is JobState.Queued, reading?.QueuePosition is not null);
                    break;
                case 1:
                    // The time of the answer is taken after it.
                    var changes = await store.ReadJobChangesAsync(job, 0, cancellationToken);
                    history.Add(asked, Now(), "ReadJobChangesAsync", changes?[^1]);
                    break;
                case 2:
                    Add(asked, "ReadOpenJobsAsync", (await store.ReadOpenJobsAsync(cancellationToken)).Jobs, showsFinal: false);
                    break;
                case 3:
                    var page = await store.ReadPageAsync(new JobQuery { Limit = 100 }, cancellationToken);
                    Add(asked, "ReadPageAsync", [.. page.Select(r => r.Job)], showsFinal: true);
                    break;
                case 4:
                    var found = await store.FindByKeyAsync("ann", key.Key, cancellationToken);
                    key.Add(asked, Now(), found?.Id);
                    break;
                case 5:
                    await SubmitAsync(asked, Keyed(key.Key), key);
                    break;
                case 6:
                    await SubmitAsync(asked, Together(asked, Math.Max(2, any.Number), any.Kind % 2 == 0 ? key.Key : null), any.Kind % 2 == 0 ? key : null);
                    break;
                case 7:
                    await store.RemoveAsync([job], fence, cancellationToken);
                    history.AddRemoval(asked, Now());
                    break;
                default:
                    await ApplyAsync(asked, any.On(job, JobSamples.At(1)), history);
                    break;
            }
        }

        private long Now() => Interlocked.Increment(ref _clock);

        /// <summary>Submissions that come together are one group, named after its size, so that a reader can tell a part of it.</summary>
        private static JobCommand.SubmitAll Together(long number, int size, string? key) => new(
            [.. Enumerable.Range(0, size).Select(i => JobSamples.Submit() with
            {
                Request = JobSamples.Request() with { Group = Invariant($"{number}/{size}"), IdempotencyKey = i == 0 ? key : null },
                Fingerprint = "f",
            })]);

        private async Task SubmitAsync(long asked, JobCommand submission, KeyHistory? key)
        {
            var result = (await store.ApplyAsync([submission], null, cancellationToken))[0];
            key?.Add(asked, Now(), result.Rejection, result.Job!.Id);
            Assert.True(key is not null || result.Applied, "a submission without a key was refused");
            if (result.Applied)
            {
                Assert.Equal((submission as JobCommand.SubmitAll)?.Jobs.Count ?? 0, result.All.Count);
                foreach (var job in result.All.Select(j => j.Id).Append(result.Job!.Id).Distinct())
                {
                    _submitted.Add(job);
                }
            }
        }

        private async Task ApplyAsync(long asked, JobCommand.OnJob command, JobHistory history)
        {
            var result = (await store.ApplyAsync([command], fence, cancellationToken))[0];
            var answered = Now();
            history.Add(asked, answered, command, result.Rejection, result.Job);
            if (result.Applied)
            {
                Assert.True(_applied.TryAdd((command.Job, result.Job!.Revision), (asked, answered)), $"revision {result.Job.Revision} of job {command.Job} was made twice");
            }
        }

        /// <summary>One list shows all jobs at one moment, so it is a reading of each, and shows all of a group or none.</summary>
        private void Add(long asked, string reading, IReadOnlyList<Job> shown, bool showsFinal)
        {
            var answered = Now();
            for (var i = 0; i < jobs.Length; i++)
            {
                var job = shown.FirstOrDefault(j => j.Id == jobs[i].Id);
                if (job is null && !showsFinal)
                {
                    Histories[i].AddNotOpen(asked, answered, reading);
                }
                else
                {
                    Histories[i].Add(asked, answered, reading, job);
                }
            }

            Assert.All(
                shown.Where(j => j.Request.Group is not null).GroupBy(j => j.Request.Group),
                group => Assert.EndsWith(Invariant($"/{group.Count()}"), group.Key, StringComparison.Ordinal));
        }
    }
}
