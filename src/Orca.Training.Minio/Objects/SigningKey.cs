using System.Security.Cryptography;
using System.Text;

namespace Orca.Training.Minio.Objects;

/// <summary>The key with which S3 requests of one day are signed, from the account's secret. Pure.</summary>
internal static class SigningKey
{
    /// <param name="options">The secret and the region.</param>
    /// <param name="day">As <c>yyyyMMdd</c>, in UTC.</param>
    public static byte[] Of(MinioOptions options, string day)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + options.SecretKey);
        foreach (var part in new[] { day, options.Region, "s3", "aws4_request" })
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return key;
    }
}
