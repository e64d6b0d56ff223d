using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tests.Jobs.Storage;

/// <summary>Plain pages, for tests that are about something else.</summary>
internal static class JobStorePages
{
    /// <summary>Jobs by state, oldest first.</summary>
    public static async Task<IReadOnlyList<Job>> PageAsync(this IJobStore store, JobState? state, long after = 0, int limit = int.MaxValue)
    {
        var query = new JobQuery { States = state is { } one ? [one] : [], OldestFirst = true, After = new JobId(after), Limit = limit };
        return [.. (await store.ReadPageAsync(query, TestContext.Current.CancellationToken)).Select(r => r.Job)];
    }
}
