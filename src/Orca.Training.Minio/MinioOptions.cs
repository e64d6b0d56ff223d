namespace Orca.Training;

/// <summary>
/// The S3 server of datasets and models, and how containers access it, from the section <c>OrcaTraining:Minio</c> of the host's
/// configuration and then from code. Read once, when the host starts.
/// </summary>
public sealed class MinioOptions
{
    /// <summary>The address of the server, such as <c>http://127.0.0.1:9000</c>. Required.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>
    /// The address of the server for containers, if it differs: for example <c>http://minio:9000</c> in a network of the engine. Default:
    /// <see cref="Endpoint"/>.
    /// </summary>
    public string? ContainerEndpoint { get; set; }

    /// <summary>The access key of the host. Containers never see it. Required.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>The secret of the access key. Required.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The server's region. Default <c>us-east-1</c>, which MinIO and most other servers accept.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The bucket of datasets. It is created if it does not exist. Default <c>orca-datasets</c>.</summary>
    public string DatasetBucket { get; set; } = "orca-datasets";

    /// <summary>The bucket of outputs and checkpoints. It is created if it does not exist. Default <c>orca-runs</c>.</summary>
    public string RunBucket { get; set; } = "orca-runs";

    /// <summary>How a dataset reaches a container. Default <see cref="DatasetDelivery.Direct"/>.</summary>
    public DatasetDelivery Datasets { get; set; }

    /// <summary>
    /// The folder for datasets that containers see as folders. Several hosts on one machine can share it. Default: <c>cache</c> below the
    /// host's data folder.
    /// </summary>
    public string? CacheFolder { get; set; }

    /// <summary>
    /// The maximum size of the cache, in MiB. The least recently used datasets are removed first; datasets in use are kept. Default
    /// 20,480.
    /// </summary>
    public int CacheMiB { get; set; } = 20_480;

    /// <summary>The kind of credentials that containers get. Default <see cref="ContainerCredentials.Auto"/>.</summary>
    public ContainerCredentials Credentials { get; set; }

    /// <summary>
    /// The role to assume for temporary credentials, such as <c>arn:aws:iam:::role/trainings</c>. The credentials of each container are
    /// restricted to its own places. Default: none; MinIO then uses the rights of the host.
    /// </summary>
    public string? RoleArn { get; set; }

    /// <summary>
    /// How long the credentials of a container are valid. They are renewed after half of this time. STS servers allow 15 minutes to 12
    /// hours or less, presigned URLs at most 7 days. Default 1 h.
    /// </summary>
    public TimeSpan CredentialLifetime { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>How a dataset on an S3 server reaches a container.</summary>
public enum DatasetDelivery
{
    /// <summary>The container reads it from the server.</summary>
    Direct,

    /// <summary>The host keeps it in its cache, and the container gets it as a read-only folder.</summary>
    Cached,
}

/// <summary>The kind of credentials with which a container accesses its data on an S3 server.</summary>
public enum ContainerCredentials
{
    /// <summary>Temporary credentials if the server provides them, or else presigned URLs. The host asks the server at start.</summary>
    Auto,

    /// <summary>A separate access key that expires, from the server's security token service (STS).</summary>
    Temporary,

    /// <summary>A URL for each permitted operation, for servers without STS.</summary>
    PresignedUrls,
}
