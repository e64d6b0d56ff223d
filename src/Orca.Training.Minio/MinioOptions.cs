namespace Orca.Training;

/// <summary>
/// Where datasets and models lie on an S3 server, and how containers reach them, from the section <c>OrcaTraining:Minio</c> of the host's
/// configuration and then from code. Read once, when the host starts.
/// </summary>
public sealed class MinioOptions
{
    /// <summary>The server, such as <c>http://127.0.0.1:9000</c>. It has to be set.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>
    /// The server as containers reach it, where that is another address than the host's: <c>http://minio:9000</c> within a network of the
    /// engine. Default: <see cref="Endpoint"/>.
    /// </summary>
    public string? ContainerEndpoint { get; set; }

    /// <summary>The host's access key. Containers never see it. It has to be set.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>The access key's secret. It has to be set.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The server's region. Default <c>us-east-1</c>, which MinIO and most others take.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The bucket of datasets; it is made where there is none. Default <c>orca-datasets</c>.</summary>
    public string DatasetBucket { get; set; } = "orca-datasets";

    /// <summary>The bucket of outputs and checkpoints; it is made where there is none. Default <c>orca-runs</c>.</summary>
    public string RunBucket { get; set; } = "orca-runs";

    /// <summary>How a dataset reaches a container. Default <see cref="DatasetDelivery.Direct"/>.</summary>
    public DatasetDelivery Datasets { get; set; }

    /// <summary>
    /// The folder of this host in which datasets are kept that containers see as folders; of several hosts on one machine each may use it. Default:
    /// <c>cache</c> below the host's data folder.
    /// </summary>
    public string? CacheFolder { get; set; }

    /// <summary>How much the cache may hold, in MiB; what was used least recently goes first, and what is in use stays. Default 20,480.</summary>
    public int CacheMiB { get; set; } = 20_480;

    /// <summary>What containers are given to open their places with. Default <see cref="ContainerCredentials.Auto"/>.</summary>
    public ContainerCredentials Credentials { get; set; }

    /// <summary>
    /// The role that is assumed for temporary credentials, such as <c>arn:aws:iam:::role/trainings</c>; each container's are narrowed down to its
    /// own places. Default: none, which MinIO takes for the host's own rights.
    /// </summary>
    public string? RoleArn { get; set; }

    /// <summary>
    /// How long what a container is given holds; it is renewed when half of that has passed. The server may bound it: STS servers take 15 minutes to
    /// 12 hours or less, presigned URLs at most 7 days. Default 1 h.
    /// </summary>
    public TimeSpan CredentialLifetime { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>How a dataset on an S3 server reaches a container.</summary>
public enum DatasetDelivery
{
    /// <summary>The container reads it from the server.</summary>
    Direct,

    /// <summary>The host keeps it in its cache, and the container sees it as a folder that it can only read.</summary>
    Cached,
}

/// <summary>What a container is given to open its places on an S3 server with.</summary>
public enum ContainerCredentials
{
    /// <summary>Temporary credentials if the server gives any, which it is asked when the host starts, else presigned URLs.</summary>
    Auto,

    /// <summary>An access key of its own that ends, from the server's security token service (STS).</summary>
    Temporary,

    /// <summary>A URL for each thing that it may do. For servers without such a service.</summary>
    PresignedUrls,
}
