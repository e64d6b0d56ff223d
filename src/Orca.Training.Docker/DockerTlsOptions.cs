namespace Orca.Training;

/// <summary>How to be sure of an engine across a network, and how to let it be sure of this host: files in PEM, read when the host starts.</summary>
public sealed class DockerTlsOptions
{
    /// <summary>Whom the engine's certificate must be signed by, as in <c>ca.pem</c>. Default: whom the system trusts.</summary>
    public string? Authority { get; set; }

    /// <summary>This host's certificate, as in <c>cert.pem</c>; an engine that is not open to everybody asks for one. Default: none.</summary>
    public string? Certificate { get; set; }

    /// <summary>The key of <see cref="Certificate"/>, as in <c>key.pem</c>.</summary>
    public string? Key { get; set; }
}
