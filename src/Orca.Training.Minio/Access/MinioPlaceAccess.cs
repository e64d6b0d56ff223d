using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orca.Training.Access;
using Orca.Training.Minio.Artifacts;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Access;

/// <summary>
/// Gives each attempt what opens its own places on the server and ends by itself: an access key from the server's security token service, or
/// presigned URLs where it has none. What is renewed is put where the attempt can read it with what it has.
/// </summary>
internal sealed class MinioPlaceAccess(S3Server server, ILogger<MinioPlaceAccess> logger) : IPlaceAccess, IDisposable
{
    private readonly TemporaryCredentials _temporary = new(server.Options);
    private readonly PresignedAccess _presigned = new(server);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private ContainerCredentials _kind = server.Options.Credentials;

    public TimeSpan RenewalPeriod => server.Options.CredentialLifetime / 2;

    public async ValueTask<AccessGrant> GrantAsync(AttemptAccess access, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(access);
        var variables = new Dictionary<string, string>
        {
            ["MINIO_SERVER"] = server.ContainerEndpoint.Authority,
            ["AWS_ENDPOINT_URL"] = server.ContainerEndpoint.GetLeftPart(UriPartial.Authority),
        };
        if (await KindAsync(cancellationToken) is ContainerCredentials.PresignedUrls)
        {
            var (url, expiresAt) = await _presigned.WriteAsync(access, cancellationToken);
            variables["ORCA_PRESIGNED_URLS"] = url;
            return new AccessGrant(variables, expiresAt);
        }

        var credentials = await GetAsync(access, cancellationToken);
        variables["AWS_ACCESS_KEY_ID"] = credentials.AccessKeyId;
        variables["AWS_SECRET_ACCESS_KEY"] = credentials.SecretAccessKey;
        variables["AWS_SESSION_TOKEN"] = credentials.SessionToken;
        variables["AWS_REGION"] = server.Options.Region;
        variables["AWS_DEFAULT_REGION"] = server.Options.Region;
        variables["ORCA_CREDENTIALS_EXPIRE"] = Text(ExpiryOf(credentials));
        variables["ORCA_CREDENTIALS_OBJECT"] = new S3Address(server.Options.RunBucket, RunKeys.Access(access.Attempt)).ToString();
        return new AccessGrant(variables, ExpiryOf(credentials));
    }

    public async ValueTask RenewAsync(AttemptAccess access, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(access);
        if (await KindAsync(cancellationToken) is ContainerCredentials.PresignedUrls)
        {
            await _presigned.WriteAsync(access, cancellationToken);
            return;
        }

        var document = Document(await GetAsync(access, cancellationToken));
        await server.Bucket(server.Options.RunBucket).PutAsync(RunKeys.Access(access.Attempt), document, cancellationToken);
    }

    public void Dispose()
    {
        _temporary.Dispose();
        _asking.Dispose();
    }

    /// <summary>In the form in which AWS's tools take credentials from a program (credential_process).</summary>
    private static byte[] Document(Amazon.SecurityToken.Model.Credentials credentials)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("Version", 1);
            json.WriteString("AccessKeyId", credentials.AccessKeyId);
            json.WriteString("SecretAccessKey", credentials.SecretAccessKey);
            json.WriteString("SessionToken", credentials.SessionToken);
            json.WriteString("Expiration", Text(ExpiryOf(credentials)));
            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset ExpiryOf(Amazon.SecurityToken.Model.Credentials credentials) =>
        new(DateTime.SpecifyKind(credentials.Expiration ?? default, DateTimeKind.Utc), TimeSpan.Zero);

    private Task<Amazon.SecurityToken.Model.Credentials> GetAsync(AttemptAccess access, CancellationToken cancellationToken) =>
        _temporary.GetAsync(access.Attempt.ContainerOf(0), SessionPolicy.Of(access, server.Options.RunBucket), cancellationToken);

    /// <summary>Asks the server once what it has.</summary>
    private async ValueTask<ContainerCredentials> KindAsync(CancellationToken cancellationToken)
    {
        if (_kind is not ContainerCredentials.Auto)
        {
            return _kind;
        }

        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_kind is ContainerCredentials.Auto)
            {
                _kind = await AskAsync(cancellationToken);
            }

            return _kind;
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<ContainerCredentials> AskAsync(CancellationToken cancellationToken)
    {
        const string nothing = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}""";
        try
        {
            await _temporary.GetAsync("orca-asks", nothing, cancellationToken);
            logger.GivesTemporaryCredentials(server.Options.Endpoint);
            return ContainerCredentials.Temporary;
        }
        catch (S3Exception e) when (e.Status is { } status && ((int)status < 500 || status is HttpStatusCode.NotImplemented))
        {
            logger.GivesPresignedUrls(server.Options.Endpoint, e.Message);
            return ContainerCredentials.PresignedUrls;
        }
    }
}
