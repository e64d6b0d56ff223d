using System.Text.Json;
using Orca.Training.Auditing;
using Orca.Training.Client;
using Orca.Training.Client.Json;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;

namespace Orca.Training.AspNetCore.Http;

/// <summary>How answers are spelt in JSON. A status and a run are spelt as everywhere else, by the code of the core.</summary>
internal static class Spelling
{
    private static readonly TrainingStatusConverter Statuses = new();

    public static void Status(Utf8JsonWriter json, TrainingStatus status) => Statuses.Write(json, status, JsonSerializerOptions.Default);

    public static void Explanation(Utf8JsonWriter json, TrainingExplanation explanation)
    {
        json.WriteStartObject();
        json.WriteString("verdict", explanation.Verdict.ToString());
        RunJson.WriteNumber(json, "position", explanation.Position);
        json.WriteStartArray("reasons");
        foreach (var reason in explanation.Reasons)
        {
            json.WriteStartObject();
            json.WriteString("code", reason.Code.ToString());
            json.WriteString("severity", reason.Severity.ToString());
            json.WriteString("message", reason.Message);
            json.WriteString("machine", reason.Machine);
            json.WriteString("resource", reason.Resource);
            RunJson.WriteNumber(json, "used", reason.Used);
            RunJson.WriteNumber(json, "limit", reason.Limit);
            RunJson.WriteNumber(json, "users_ahead", reason.UsersAhead);
            RunJson.WriteTime(json, "until", reason.Until);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Submitted(Utf8JsonWriter json, JobId job)
    {
        json.WriteStartObject();
        json.WriteNumber("job", job.Value);
        json.WriteEndObject();
    }

    public static void Group(Utf8JsonWriter json, TrainingGroup group)
    {
        json.WriteStartObject();
        json.WriteString("group", group.Name);
        Jobs(json, group.Jobs);
        json.WriteEndObject();
    }

    public static void Jobs(Utf8JsonWriter json, IEnumerable<JobId> jobs)
    {
        json.WriteStartArray("jobs");
        foreach (var job in jobs)
        {
            json.WriteNumberValue(job.Value);
        }

        json.WriteEndArray();
    }

    public static void Run(Utf8JsonWriter json, Run run) => RunExport.Write(json, run);

    public static void Metric(Utf8JsonWriter json, MetricSeries series)
    {
        json.WriteStartObject();
        json.WriteString("name", series.Metric.Name);
        json.WriteNumber("attempt", series.Metric.Attempt);
        json.WriteNumber("rank", series.Metric.Rank);
        json.WriteNumber("count", series.Count);
        json.WritePropertyName("last");
        Point(json, series.Last);
        RunJson.WriteNumber(json, "least", series.Least);
        RunJson.WriteNumber(json, "greatest", series.Greatest);
        json.WriteNumber("left_out", series.LeftOut);
        json.WriteEndObject();
    }

    public static void Point(Utf8JsonWriter json, MetricPoint point)
    {
        json.WriteStartObject();
        RunJson.WriteNumber(json, "step", point.Step);
        RunJson.WriteNumber(json, "value", point.Value);
        json.WriteString("at", Moment(point.Timestamp));
        json.WriteEndObject();
    }

    public static void File(Utf8JsonWriter json, Artifact file) => File(json, file.Name, file.Size, file.Sha256);

    public static void File(Utf8JsonWriter json, SnapshotFile file) => File(json, file.Name, file.Size, file.Sha256);

    public static void Line(Utf8JsonWriter json, LogLine line)
    {
        json.WriteStartObject();
        json.WriteNumber("attempt", line.Attempt);
        json.WriteNumber("rank", line.Rank);
        json.WriteString("stream", line.Stream.ToString());
        json.WriteString("at", line.Timestamp);
        json.WriteString("text", line.Text);
        json.WriteNumber("missing", line.Missing);
        json.WriteString("cursor", LogCursors.Write(line.Cursor));
        json.WriteEndObject();
    }

    public static void Version(Utf8JsonWriter json, ModelVersion version)
    {
        json.WriteStartObject();
        json.WriteString("model", version.Name);
        json.WriteNumber("version", version.Version);
        json.WriteNumber("job", version.Job.Value);
        json.WriteString("published_at", version.CreatedAt.ToUniversalTime());
        Texts(json, "aliases", version.Aliases);
        json.WriteEndObject();
    }

    public static void Description(Utf8JsonWriter json, DatasetDescription dataset)
    {
        json.WriteStartObject();
        json.WriteString("dataset", dataset.Version.DatasetId);
        json.WriteString("version", dataset.Version.Hash);
        json.WriteString("added_at", dataset.AddedAt.ToUniversalTime());
        json.WriteNumber("size", dataset.Size);
        json.WriteNumber("files", dataset.Files);
        Texts(json, "tags", dataset.Tags);
        json.WriteEndObject();
    }

    public static void Version(Utf8JsonWriter json, DatasetVersion version)
    {
        json.WriteStartObject();
        json.WriteString("dataset", version.DatasetId);
        json.WriteString("version", version.Hash);
        json.WriteEndObject();
    }

    public static void Algorithm(Utf8JsonWriter json, AlgorithmInfo algorithm)
    {
        json.WriteStartObject();
        json.WriteString("name", algorithm.Name);
        json.WriteBoolean("takes_other_parameters", algorithm.TakesOtherParameters);
        json.WriteStartArray("parameters");
        foreach (var parameter in algorithm.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("kind", parameter.Kind.ToString());
            RunJson.WriteNumber(json, "least", parameter.Least);
            RunJson.WriteNumber(json, "most", parameter.Most);
            Texts(json, "choices", parameter.Choices);
            json.WriteString("default", parameter.Default);
            json.WriteBoolean("is_required", parameter.IsRequired);
            json.WriteString("description", parameter.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Audit(Utf8JsonWriter json, AuditEvent audit)
    {
        json.WriteStartObject();
        json.WriteNumber("id", audit.Id);
        json.WriteString("at", audit.At.ToUniversalTime());
        json.WriteString("user", audit.User);
        json.WriteString("team", audit.Team);
        json.WriteString("origin", audit.Origin);
        json.WriteString("operation", audit.Operation);
        json.WriteString("subject", audit.Subject);
        json.WriteEndObject();
    }

    private static void File(Utf8JsonWriter json, string name, long size, string sha256)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteNumber("size", size);
        json.WriteString("sha256", sha256);
        json.WriteEndObject();
    }

    private static DateTimeOffset Moment(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
