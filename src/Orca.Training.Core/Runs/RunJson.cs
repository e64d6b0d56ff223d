using System.Text.Json;
using Orca.Training.Jobs;

namespace Orca.Training.Runs;

/// <summary>How the parts of a run are spelt in JSON, in an export and in a status alike.</summary>
internal static class RunJson
{
    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        // JSON has no number for the others.
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>What a request says of its order and of its workers' resources, each null where it leaves it to its algorithm.</summary>
    public static void WriteAsked(Utf8JsonWriter json, TrainingRequest request)
    {
        json.WriteNumber("priority", request.Priority);
        WriteNumber(json, "cpus", request.Resources?.Cpus);
        WriteNumber(json, "memory_mib", request.Resources?.MemoryMiB);
        WriteNumber(json, "gpus", request.Resources?.Gpus);
        json.WriteString("gpu_kind", request.Resources?.GpuKind);
    }

    /// <summary>
    /// What a run left. A path on the host is nothing that a reader elsewhere could use, and nothing that he should know: a place is told only where it
    /// is an address.
    /// </summary>
    public static void WriteArtifacts(Utf8JsonWriter json, IReadOnlyList<Artifact> artifacts)
    {
        json.WriteStartArray("artifacts");
        foreach (var artifact in artifacts)
        {
            json.WriteStartObject();
            json.WriteString("name", artifact.Name);
            json.WriteString("location", artifact.Location.IsFile ? null : artifact.Location.OriginalString);
            json.WriteNumber("size", artifact.Size);
            json.WriteString("sha256", artifact.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    public static void WriteMetrics(Utf8JsonWriter json, IReadOnlyDictionary<string, double> values)
    {
        json.WriteStartObject("metrics");
        foreach (var (key, value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            WriteNumber(json, key, value);
        }

        json.WriteEndObject();
    }

    public static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known.ToUniversalTime());
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
