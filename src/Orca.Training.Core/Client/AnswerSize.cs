using System.Text;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>About how many bytes parts of an answer are on the wire: never fewer than they are. Pure.</summary>
internal static class AnswerSize
{
    // Numbers, times and the tags of fields.
    private const int Fixed = 256;
    private const int Entry = 16;

    public static int Of(TrainingStatus status) =>
        Fixed + Of(status.Request) + OfText(status) + Of(status.Outcome) + status.Attempts.Sum(Of)
        + status.Progress.Metrics.Keys.Sum(OfMetric) + status.Artifacts.Sum(Of);

    /// <summary>Of a status all that is none of its lists, its request or its outcome.</summary>
    public static int OfText(TrainingStatus status) =>
        Of(status.Message) + Of(status.User) + Of(status.Team) + Of(status.Pool) + Of(status.HeldBy) + Of(status.CancelRequestedBy) + Of(status.Phase?.Detail);

    public static int Of(TrainingRequest request) =>
        Fixed + Of(request.Algorithm) + Of(request.DatasetId) + Of(request.DatasetVersion) + Of(request.Name)
        + Of(request.OutputModelName) + Of(request.InputModel) + Of(request.Group) + Of(request.IdempotencyKey)
        + Of(request.Pool) + Of(request.Resources?.GpuKind) + (Entry * request.DependsOn.Count) + Of(request.Parameters) + Of(request.Labels)
        + (request.Retries?.On.Sum(code => Entry + Of(code.Name)) ?? 0);

    public static int Of(Attempt attempt) =>
        Fixed + Of(attempt.Machine) + Of(attempt.Outcome) + attempt.Incarnations.Sum(i => Entry + Of(i)) + Of(attempt.Execution);

    public static int Of(Execution? execution) => execution is null ? 0
        : Entry + Of(execution.Image) + Of(execution.Digest) + execution.Command.Sum(word => Entry + Of(word)) + Of(execution.Parameters);

    public static int Of(Outcome? outcome) => outcome is null ? 0 : Entry + Of(outcome.Code.Name) + Of(outcome.Message);

    public static int Of(Artifact artifact) => Entry + Of(artifact.Name) + Of(artifact.Location.OriginalString) + Of(artifact.Sha256);

    public static int OfMetric(string name) => Entry + Of(name);

    public static int Of(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private static int Of(IReadOnlyDictionary<string, string> map)
    {
        var bytes = 0;
        if (map.Count > 0)
        {
            foreach (var (name, value) in map)
            {
                bytes += Entry + Of(name) + Of(value);
            }
        }

        return bytes;
    }
}
