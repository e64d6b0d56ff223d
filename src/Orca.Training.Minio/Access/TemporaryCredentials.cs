using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace Orca.Training.Minio.Access;

/// <summary>Asks the server's security token service for keys that end. Not by the Minio package, whose own call narrows nothing down.</summary>
internal sealed class TemporaryCredentials : IDisposable
{
    // MinIO assumes none, but the call has to name one.
    private const string NoRole = "arn:aws:iam:::role/none";

    private readonly AmazonSecurityTokenServiceClient _service;
    private readonly MinioOptions _options;

    public TemporaryCredentials(MinioOptions options)
    {
        _options = options;
        _service = new AmazonSecurityTokenServiceClient(
            new BasicAWSCredentials(options.AccessKey, options.SecretKey),
            new AmazonSecurityTokenServiceConfig { ServiceURL = options.Endpoint, AuthenticationRegion = options.Region, MaxErrorRetry = 3, Timeout = TimeSpan.FromSeconds(20) });
    }

    /// <param name="session">Who they are for; the server's own log shows it.</param>
    /// <param name="policy">What they may do at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S3Exception">The server gives none.</exception>
    public async Task<Credentials> GetAsync(string session, string policy, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _service.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = _options.RoleArn ?? NoRole,
                    RoleSessionName = session,
                    DurationSeconds = (int)_options.CredentialLifetime.TotalSeconds,
                    Policy = policy,
                },
                cancellationToken);
            return answer.Credentials;
        }
        catch (AmazonServiceException e)
        {
            throw new S3Exception(
                $"The S3 server {_options.Endpoint} provides no temporary credentials ({(string.IsNullOrEmpty(e.ErrorCode) ? e.StatusCode.ToString() : e.ErrorCode)}): {e.Message.TrimEnd('.')}.",
                e.ErrorCode,
                e.StatusCode == 0 ? null : e.StatusCode,
                e);
        }
        catch (Exception e) when (e is HttpRequestException or AmazonClientException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new S3Exception($"The S3 server {_options.Endpoint} cannot be reached for temporary credentials: {e.Message.TrimEnd('.')}.", null, null, e);
        }
    }

    public void Dispose() => _service.Dispose();
}
