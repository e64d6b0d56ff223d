using Orca.Training.Minio.Objects;

[assembly: AssemblyFixture(typeof(Orca.Training.Tests.Shared.S3TestServer))]

namespace Orca.Training.Minio.Tests;

/// <summary>Connections to a test's server.</summary>
internal static class Servers
{
    private static int _made;

    /// <summary>Settings with buckets that nobody else has.</summary>
    public static MinioOptions NewOptions(this S3TestServer server)
    {
        var number = Interlocked.Increment(ref _made);
        return new MinioOptions
        {
            Endpoint = server.Endpoint.ToString().TrimEnd('/'),
            AccessKey = server.AccessKey,
            SecretKey = server.SecretKey,
            RoleArn = server.RoleArn,
            DatasetBucket = $"datasets-{number}",
            RunBucket = $"runs-{number}",
        };
    }

    public static S3Server Connect(this MinioOptions options) => new(options, TimeProvider.System);
}
