using System.Text;

namespace Orca.Training.Client;

/// <summary>
/// About how many bytes a status is on the wire, so that a page fits into a message: gRPC's clients take 4 MiB unless they say more.
/// </summary>
internal static class StatusSize
{
    /// <summary>What the statuses of a page may have in all; the first one is always let in.</summary>
    public const int MostOfAPage = 3 << 20;

    // Numbers, times and the tags of fields.
    private const int Fixed = 256;
    private const int Entry = 16;

    public static int Of(TrainingStatus status)
    {
        var request = status.Request;
        var bytes = Fixed + Of(request.Algorithm) + Of(request.DatasetId) + Of(request.DatasetVersion) + Of(request.Name) + Of(request.OutputModelName)
            + Of(request.Group) + Of(request.IdempotencyKey) + (Entry * request.DependsOn.Count) + Of(status.Message) + Of(status.User) + Of(status.Phase?.Detail) + Of(status.Outcome?.Message);
        foreach (var (name, value) in request.Parameters)
        {
            bytes += Entry + Of(name) + Of(value);
        }

        foreach (var (name, value) in request.Labels)
        {
            bytes += Entry + Of(name) + Of(value);
        }

        foreach (var name in status.Progress.Metrics.Keys)
        {
            bytes += Entry + Of(name);
        }

        foreach (var attempt in status.Attempts)
        {
            bytes += Fixed + Of(attempt.Machine) + Of(attempt.Outcome?.Message) + attempt.Incarnations.Sum(i => Entry + Of(i));
        }

        foreach (var artifact in status.Artifacts)
        {
            bytes += Entry + Of(artifact.Name) + Of(artifact.Location.OriginalString) + Of(artifact.Sha256);
        }

        return bytes;
    }

    private static int Of(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
