using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orca.Training.Runs;

/// <summary>Exports runs as JSON lines, one object per line, for notebooks and other tools. The names of the fields never change.</summary>
public static class RunExport
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes runs in UTF-8, each on its own line, which ends in a line feed.</summary>
    /// <param name="stream">The target.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="cancellationToken">Cancels the call. A part may be written.</param>
    public static async Task WriteAsync(Stream stream, IEnumerable<Run> runs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(runs);
        using var line = new MemoryStream();
        foreach (var run in runs)
        {
            line.SetLength(0);
            using (var json = new Utf8JsonWriter(line, Options))
            {
                Write(json, run);
            }

            line.WriteByte((byte)'\n');
            await stream.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), cancellationToken);
        }
    }

    internal static void Write(Utf8JsonWriter json, Run run)
    {
        json.WriteStartObject();
        json.WriteNumber("job", run.Job.Value);
        json.WriteString("state", run.State.ToString());
        json.WriteString("algorithm", run.Request.Algorithm);
        json.WriteString("dataset", run.Request.DatasetId);
        json.WriteString("dataset_version", run.Request.DatasetVersion);
        json.WriteString("name", run.Request.Name);
        json.WriteString("user", run.User);
        json.WriteString("team", run.Team);
        json.WriteString("pool", run.Pool);
        RunJson.WriteAsked(json, run.Request);
        json.WriteString("group", run.Request.Group);
        json.WriteString("input_model", run.Request.InputModel);
        RunJson.WriteMap(json, "parameters", run.Execution?.Parameters ?? run.Request.Parameters);
        RunJson.WriteMap(json, "labels", run.Request.Labels);
        json.WriteString("image", run.Execution?.Image);
        json.WriteString("image_digest", run.Execution?.Digest);
        json.WriteStartArray("command");
        foreach (var word in run.Execution?.Command ?? [])
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
        json.WriteNumber("attempts", run.Attempts.Count);
        RunJson.WriteTime(json, "submitted_at", run.SubmittedAt);
        RunJson.WriteTime(json, "started_at", run.StartedAt);
        RunJson.WriteTime(json, "finished_at", run.FinishedAt);
        json.WriteString("outcome", run.Outcome?.Code.Name);
        json.WriteString("message", run.Outcome?.Message);
        RunJson.WriteMetrics(json, run.Metrics);
        json.WriteString("model", run.ModelVersion is null ? null : run.Request.OutputModelName);
        RunJson.WriteNumber(json, "model_version", run.ModelVersion);

        RunJson.WriteArtifacts(json, run.Artifacts);
        if (run.LeftOut.Count > 0)
        {
            json.WriteStartArray("left_out");
            foreach (var part in run.LeftOut)
            {
                json.WriteStringValue(part);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
