using System.Text.Json;
using Orca.Training.Access;
using Orca.Training.Minio.Artifacts;

namespace Orca.Training.Minio.Access;

/// <summary>What an attempt's credentials may do, in the language of S3's policies: reach its own places, and neither list nor administer anything. Pure.</summary>
internal static class SessionPolicy
{
    private static readonly string[] Read = ["s3:GetObject"];
    private static readonly string[] WriteOutput = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"];
    private static readonly string[] WriteCheckpoint = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"];

    /// <returns>JSON without white space, which not every server would take.</returns>
    public static string Of(AttemptAccess access, string runBucket)
    {
        List<string> read = [Object(new S3Address(runBucket, RunKeys.Access(access.Attempt)))];
        if (access.Data is { } data)
        {
            // The files, and the manifest beside them.
            read.Add(Below(ParentOf(S3Address.Of(data))));
        }

        if (access.Model is { } model)
        {
            read.Add(Below(S3Address.Of(model)));
        }

        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("Version", "2012-10-17");
            json.WriteStartArray("Statement");
            Allow(json, Read, read);
            Allow(json, WriteOutput, [Below(S3Address.Of(access.Places.Output))]);
            Allow(json, WriteCheckpoint, [Below(S3Address.Of(access.Places.Checkpoint))]);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>The snapshot that a folder of files is of.</summary>
    public static S3Address ParentOf(S3Address files) => files with { Key = files.Key[..files.Key.LastIndexOf('/')] };

    private static void Allow(Utf8JsonWriter json, string[] actions, IReadOnlyList<string> resources)
    {
        json.WriteStartObject();
        json.WriteString("Effect", "Allow");
        WriteAll(json, "Action", actions);
        WriteAll(json, "Resource", resources);
        json.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    // Ids, hashes and numbers are all that is in these keys: none has a wildcard in it.
    private static string Below(S3Address place) => $"arn:aws:s3:::{place.Bucket}/{place.Key}/*";

    private static string Object(S3Address place) => $"arn:aws:s3:::{place.Bucket}/{place.Key}";
}
