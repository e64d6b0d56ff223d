using System.Globalization;

namespace Orca.Training.EndToEnd.Tests.S3;

/// <summary>Whole services whose data lie on a real S3 server.</summary>
internal static class S3Services
{
    private static int _made;

    public static Task<Service> StartAsync(S3TestServer s3, Action<MinioOptions>? minio = null, Action<OrcaTrainingOptions>? options = null, Action<OrcaTrainingBuilder>? build = null)
    {
        var number = Interlocked.Increment(ref _made).ToString(CultureInfo.InvariantCulture);
        return Service.StartAsync(
            options,
            docker: d => d.Network = s3.Network,
            build: b =>
            {
                b.UseMinio(o =>
                {
                    o.Endpoint = s3.Endpoint.ToString().TrimEnd('/');
                    o.ContainerEndpoint = s3.ContainerEndpoint.ToString().TrimEnd('/');
                    o.AccessKey = s3.AccessKey;
                    o.SecretKey = s3.SecretKey;
                    o.RoleArn = s3.RoleArn;
                    o.DatasetBucket = $"datasets-{number}";
                    o.RunBucket = $"runs-{number}";
                    minio?.Invoke(o);
                });
                build?.Invoke(b);
            });
    }
}
