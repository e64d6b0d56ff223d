using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Access;

/// <summary>
/// A form with which whoever has it can write objects below a prefix, for a time. The Minio package signs forms for one key only. Pure.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
/// </summary>
/// <param name="Url">Where to post it.</param>
/// <param name="Fields">What goes into it before the key and the file.</param>
/// <param name="Prefix">What each key has to begin with.</param>
internal sealed record PresignedForm(string Url, IReadOnlyDictionary<string, string> Fields, string Prefix)
{
    // What a server takes in one request.
    private const long LargestObject = 5L << 30;

    public static PresignedForm Of(MinioOptions options, Uri endpoint, string bucket, string prefix, DateTimeOffset now, DateTimeOffset expires)
    {
        var day = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        SortedDictionary<string, string> fields = new(StringComparer.Ordinal)
        {
            ["x-amz-algorithm"] = "AWS4-HMAC-SHA256",
            ["x-amz-credential"] = $"{options.AccessKey}/{day}/{options.Region}/s3/aws4_request",
            ["x-amz-date"] = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
        };
        var policy = Convert.ToBase64String(Policy(bucket, prefix, fields, expires));
        fields["policy"] = policy;
        fields["x-amz-signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey.Of(options, day), Encoding.UTF8.GetBytes(policy)));
        return new PresignedForm($"{endpoint.GetLeftPart(UriPartial.Authority)}/{bucket}", fields, prefix);
    }

    private static byte[] Policy(string bucket, string prefix, IReadOnlyDictionary<string, string> fields, DateTimeOffset expires)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("expiration", expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteStartArray("conditions");
            WriteCondition(json, "bucket", bucket);
            foreach (var (name, value) in fields)
            {
                WriteCondition(json, name, value);
            }

            json.WriteStartArray();
            json.WriteStringValue("starts-with");
            json.WriteStringValue("$key");
            json.WriteStringValue(prefix);
            json.WriteEndArray();
            json.WriteStartArray();
            json.WriteStringValue("content-length-range");
            json.WriteNumberValue(0);
            json.WriteNumberValue(LargestObject);
            json.WriteEndArray();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private static void WriteCondition(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString(name, value);
        json.WriteEndObject();
    }
}
