using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orca.Training.Minio.Objects;

/// <summary>
/// A URL with which whoever has it can read one object, for a time. The Minio package signs the key as .NET's Uri shows it, without a
/// blank at its end, so
/// that the server finds the signature wrong; this signs it as it is. Pure.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
/// </summary>
internal static class PresignedUrl
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <param name="options">The key that signs, and the region.</param>
    /// <param name="token">The session's token, where the key is a temporary one.</param>
    /// <param name="endpoint">The server as whoever gets the URL reaches it.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object.</param>
    /// <param name="lifetime">How long it holds.</param>
    /// <param name="now">From when on.</param>
    public static string Of(
        MinioOptions options, string? token, Uri endpoint, string bucket, string key, TimeSpan lifetime, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{options.Region}/s3/aws4_request";
        SortedDictionary<string, string> fields = new(StringComparer.Ordinal)
        {
            ["X-Amz-Algorithm"] = Algorithm,
            ["X-Amz-Credential"] = $"{options.AccessKey}/{scope}",
            ["X-Amz-Date"] = time,
            ["X-Amz-Expires"] = ((int)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["X-Amz-SignedHeaders"] = "host",
        };
        if (token is not null)
        {
            fields["X-Amz-Security-Token"] = token;
        }

        var path = $"/{bucket}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}";
        var query = string.Join('&', fields.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"));
        var request = $"GET\n{path}\n{query}\nhost:{endpoint.Authority}\n\nhost\nUNSIGNED-PAYLOAD";
        var text = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey.Of(options, time[..8]), Encoding.UTF8.GetBytes(text)));
        return $"{endpoint.GetLeftPart(UriPartial.Authority)}{path}?{query}&X-Amz-Signature={signature}";
    }
}
