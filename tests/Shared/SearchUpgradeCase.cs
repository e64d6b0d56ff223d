using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tests.Shared;

/// <summary>Jobs that an older version wrote are found by all that lists can be asked for.</summary>
internal static class SearchUpgradeCase
{
    /// <summary>A job as the first version wrote it, as one with a name and a label.</summary>
    public static string Labelled(string written) => written
        .Replace("\"labels\":{}", "\"labels\":{\"tag\":\"red\",\"owner\":\"ann\"}", StringComparison.Ordinal)
        .Replace("\"name\":\"\"", "\"name\":\"night\"", StringComparison.Ordinal);

    /// <summary>Looks for the labelled jobs alone, by each condition.</summary>
    public static async Task CheckAsync(IJobStore store, IReadOnlyList<JobId> expected, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string> { ["tag"] = "red", ["owner"] = "ann" };
        foreach (var query in new JobQuery[]
        {
            new() { Limit = 9, Labels = labels },
            new() { Limit = 9, Name = "night" },
            new() { Limit = 9, Name = "night", Labels = labels, User = "ann", Algorithm = "a", DatasetId = "d", Owners = new JobOwners("bob", ["x"], WithoutTeam: true) },
            new() { Limit = 9, Name = "night", SubmittedFrom = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        })
        {
            Assert.Equal(expected, (await store.ReadPageAsync(query with { OldestFirst = true }, cancellationToken)).Select(r => r.Job.Id));
        }
    }
}
