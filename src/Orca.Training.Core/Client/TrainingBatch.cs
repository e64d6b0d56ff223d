using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>Requests to be accepted together, as both clients take them.</summary>
/// <param name="Requests">The requests; group and key are not theirs but the batch's.</param>
/// <param name="Group">Their group; null for one that is drawn.</param>
/// <param name="IdempotencyKey">The key that stands for all of them; null for none.</param>
internal sealed record TrainingBatch(IReadOnlyList<TrainingRequest> Requests, string? Group, string? IdempotencyKey)
{
    /// <summary>The start of a field's name in what is said of one of the requests.</summary>
    public static string FieldOf(int place) => FormattableString.Invariant($"requests[{place}]");
}
