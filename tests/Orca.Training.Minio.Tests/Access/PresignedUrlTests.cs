using System.Globalization;
using Minio;
using Minio.DataModel.Args;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Tests.Access;

/// <summary>URLs that read one object, whatever its key is made of.</summary>
public sealed class PresignedUrlTests
{
    private static readonly MinioOptions Options = new() { Endpoint = "http://127.0.0.1:9000", AccessKey = "key", SecretKey = "secret" };

    [Theory]
    [InlineData("runs/1/model.bin")]
    [InlineData("runs/1/deep/model ü 模型.bin")]
    [InlineData("a+b&c=d?e#f%20'()*!~.@:,;$")]
    public async Task The_signature_is_that_of_the_Minio_package_where_that_signs_the_key_itself(string key)
    {
        using var client = new MinioClient().WithEndpoint("127.0.0.1:9000").WithCredentials("key", "secret").WithRegion("us-east-1").Build();
        var theirs = await client.PresignedGetObjectAsync(new PresignedGetObjectArgs().WithBucket("bucket").WithObject(key).WithExpiry(3600));
        var date = DateTimeOffset.ParseExact(Field(theirs, "X-Amz-Date"), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        var ours = PresignedUrl.Of(Options, token: null, new Uri(Options.Endpoint), "bucket", key, TimeSpan.FromHours(1), date);

        Assert.Equal(Field(theirs, "X-Amz-Signature"), Field(ours, "X-Amz-Signature"));
        Assert.Equal(new Uri(theirs).AbsolutePath, new Uri(ours).AbsolutePath);
    }

    [Fact]
    public void A_blank_at_the_end_of_a_key_is_in_the_address_and_in_what_is_signed()
    {
        var now = DateTimeOffset.UnixEpoch;
        var with = PresignedUrl.Of(Options, null, new Uri(Options.Endpoint), "bucket", "a ", TimeSpan.FromHours(1), now);
        var without = PresignedUrl.Of(Options, null, new Uri(Options.Endpoint), "bucket", "a", TimeSpan.FromHours(1), now);

        Assert.Equal("/bucket/a%20", new Uri(with).AbsolutePath);
        Assert.NotEqual(Field(with, "X-Amz-Signature"), Field(without, "X-Amz-Signature"));
    }

    private static string Field(string url, string name) =>
        Uri.UnescapeDataString(new Uri(url).Query.TrimStart('?').Split('&').Single(p => p.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..]);
}
