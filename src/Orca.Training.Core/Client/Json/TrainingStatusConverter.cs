using System.Text.Json;
using System.Text.Json.Serialization;
using Orca.Training.Runs;

namespace Orca.Training.Client.Json;

/// <summary>
/// A status as one flat object, with the names that <see cref="RunExport"/> uses, whatever the host's own JSON options are. It is written for pages and
/// scripts; nothing reads it back.
/// </summary>
internal sealed class TrainingStatusConverter : JsonConverter<TrainingStatus>
{
    public override TrainingStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("A status is written as JSON and not read from it: ask ITrainingClient for one.");

    public override void Write(Utf8JsonWriter writer, TrainingStatus value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("job", value.JobId.Value);
        writer.WriteString("state", value.State.ToString());
        writer.WriteString("message", value.Message);
        writer.WriteString("algorithm", value.Request.Algorithm);
        writer.WriteString("dataset", value.Request.DatasetId);
        writer.WriteString("dataset_version", value.Request.DatasetVersion);
        writer.WriteString("name", value.Request.Name);
        writer.WriteString("user", value.User);
        writer.WriteString("team", value.Team);
        writer.WriteString("pool", value.Pool);
        RunJson.WriteAsked(writer, value.Request);
        writer.WriteString("group", value.Request.Group);
        writer.WriteString("input_model", value.Request.InputModel);
        RunJson.WriteMap(writer, "parameters", value.Request.Parameters);
        RunJson.WriteMap(writer, "labels", value.Request.Labels);
        WriteWhere(writer, value);
        RunJson.WriteMetrics(writer, value.Progress.Metrics);
        writer.WriteString("model", value.ModelVersion is null ? null : value.Request.OutputModelName);
        RunJson.WriteNumber(writer, "model_version", value.ModelVersion);
        RunJson.WriteArtifacts(writer, value.Artifacts);
        writer.WriteString("installation", value.Installation?.Value);
        writer.WriteNumber("revision", value.Revision);
        writer.WriteEndObject();
    }

    private static void WriteWhere(Utf8JsonWriter writer, TrainingStatus value)
    {
        RunJson.WriteNumber(writer, "queue_position", value.QueuePosition);
        writer.WriteNumber("attempts", value.Attempts.Count);
        writer.WriteString("phase", value.Phase?.Step.ToString());
        RunJson.WriteNumber(writer, "done", value.Progress.Done);
        RunJson.WriteNumber(writer, "total", value.Progress.Total);
        writer.WriteString("outcome", value.Outcome?.Code.Name);
        RunJson.WriteNumber(writer, "exit_code", value.Outcome?.ExitCode);
        RunJson.WriteTime(writer, "submitted_at", value.SubmittedAt);
        RunJson.WriteTime(writer, "held_at", value.HeldAt);
        writer.WriteString("held_by", value.HeldBy);
        RunJson.WriteTime(writer, "not_before", value.NotBefore);
        RunJson.WriteTime(writer, "started_at", value.StartedAt);
        RunJson.WriteTime(writer, "cancel_requested_at", value.CancelRequestedAt);
        writer.WriteString("cancel_requested_by", value.CancelRequestedBy);
        RunJson.WriteTime(writer, "finished_at", value.FinishedAt);
    }
}
