namespace Orca.Training;

/// <summary>TLS to an engine on another machine: PEM files, read when the host starts.</summary>
public sealed class DockerTlsOptions
{
    /// <summary>
    /// The authority that must have signed the certificate of the engine, as in <c>ca.pem</c>. Default: the authorities that the system
    /// trusts.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>The certificate of this host, as in <c>cert.pem</c>. A protected engine requires one. Default: none.</summary>
    public string? Certificate { get; set; }

    /// <summary>The key of <see cref="Certificate"/>, as in <c>key.pem</c>.</summary>
    public string? Key { get; set; }
}
