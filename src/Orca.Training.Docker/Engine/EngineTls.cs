using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Docker.DotNet.Handler.Abstractions;
using Microsoft.Net.Http.Client;

namespace Orca.Training.Docker.Engine;

/// <summary>Checks an engine's certificate and shows this host's own. What is wrong is said in the exception that the connection ends with.</summary>
internal sealed class EngineTls : IAuthProvider, IDisposable
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _own;

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A file is not what it should be.</exception>
    public EngineTls(DockerTlsOptions options)
    {
        if (options.Authority is { } authority)
        {
            _authorities = [];
            _authorities.ImportFromPemFile(authority);
            if (_authorities.Count == 0)
            {
                throw new CryptographicException($"'{authority}' holds no certificate.");
            }
        }

        if (options.Certificate is { } certificate)
        {
            // Through PKCS #12, since the key of one that came from PEM is not usable everywhere (Windows).
            using var read = X509Certificate2.CreateFromPemFile(certificate, options.Key);
            _own = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), password: null);
        }
    }

    public bool TlsEnabled => true;

    public HttpMessageHandler ConfigureHandler(HttpMessageHandler handler)
    {
        if (handler is not ManagedHandler managed)
        {
            throw new InvalidOperationException($"TLS cannot be set on {handler.GetType().Name}.");
        }

        managed.ServerCertificateValidationCallback = (_, certificate, _, errors) => Check(certificate as X509Certificate2, errors);
        if (_own is not null)
        {
            managed.ClientCertificates = [_own];
        }

        return managed;
    }

    public void Dispose()
    {
        _own?.Dispose();
        foreach (var authority in _authorities ?? [])
        {
            authority.Dispose();
        }
    }

    private bool Check(X509Certificate2? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            throw new AuthenticationException("the engine has no certificate");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException($"the engine's certificate ({certificate.Subject}) is for another address; use an address of the certificate in DockerOptions.Endpoint");
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (_authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        return chain.Build(certificate) ? true : throw new AuthenticationException(
            $"the engine's certificate ({certificate.Subject}) is not trusted: {string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation.Trim().TrimEnd('.')).Distinct())}; "
            + (_authorities is null ? "set DockerOptions.Tls.Authority to its authority" : "is DockerOptions.Tls.Authority the right one?"));
    }
}
