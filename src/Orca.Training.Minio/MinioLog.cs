using Microsoft.Extensions.Logging;

namespace Orca.Training.Minio;

/// <summary>What is told of the server, with ids from 7000.</summary>
internal static partial class MinioLog
{
    [LoggerMessage(7000, LogLevel.Information, "Containers get temporary credentials of the S3 server {Endpoint}, each limited to its own places")]
    public static partial void GivesTemporaryCredentials(this ILogger logger, string endpoint);

    [LoggerMessage(7001, LogLevel.Warning, "Containers get presigned URLs of the S3 server {Endpoint}, because it provides no temporary credentials: {Reason} Set OrcaTraining:Minio:Credentials to choose one explicitly")]
    public static partial void GivesPresignedUrls(this ILogger logger, string endpoint, string reason);
}
