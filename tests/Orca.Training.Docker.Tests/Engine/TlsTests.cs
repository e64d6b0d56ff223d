using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Orca.Training.Docker.Engine;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>The machine's engine behind TLS that asks for a client's certificate, as one across a network is.</summary>
public sealed class TlsTests : EngineTest
{
    private static readonly Treatment Pass = new Treatment.Pass();

    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("orca-tls-");
    private readonly X509Certificate2 _authority = NewAuthority("the right one");
    private readonly EngineProxy _engine;

    public TlsTests(DockerEngine engine)
        : base(engine)
    {
        _engine = new EngineProxy(DockerEngine.Socket, _ => Pass, new SslServerAuthenticationOptions
        {
            ServerCertificate = Issue(_authority, "engine", IPAddress.Loopback),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && IssuedBy(certificate, _authority),
        });
        File.WriteAllText(PathOf("ca.pem"), _authority.ExportCertificatePem());
        WritePair("host", _authority);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _engine.DisposeAsync();
        _authority.Dispose();
        _files.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    internal override DockerRuntime OwnRuntime() => Over(Files("ca", "host"));

    [Fact]
    public async Task A_training_runs_on_an_engine_behind_TLS_and_its_folders_are_copied()
    {
        var spec = Script("cat /orca/data/numbers") with { Mounts = [new FolderMount(_files.CreateSubdirectory("data").FullName, "/orca/data", IsReadOnly: true)] };
        await File.WriteAllTextAsync(PathOf("data/numbers"), "1 2 3", Token);
        await RunAsync(spec);

        Assert.True(Runtime.Abilities.CopiesFolders);
        Assert.Equal("1 2 3", Assert.Single(await OutputAsync(spec)).Text);
    }

    [Fact]
    public async Task An_engine_that_another_authority_vouches_for_is_not_trusted()
    {
        using var other = NewAuthority("another");
        await File.WriteAllTextAsync(PathOf("other.pem"), other.ExportCertificatePem(), Token);

        Assert.Contains("is DockerOptions.Tls.Authority the right one?", await FaultAsync(Files("other", "host")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_the_system_does_not_know_asks_for_its_authority() =>
        Assert.Contains("set DockerOptions.Tls.Authority to its authority", await FaultAsync(Files(null, "host")), StringComparison.Ordinal);

    [Fact]
    public async Task A_certificate_for_another_name_says_so()
    {
        using var named = new DockerRuntimeOver(new Uri($"tcp://localhost:{_engine.Endpoint.Port}"), Files("ca", "host"));
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => named.Runtime.DescribeAsync(Token));

        Assert.Contains("is for another address", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("stranger")]
    public async Task A_host_that_the_engine_does_not_know_is_told_which_setting_is_wrong(string? pair)
    {
        using var other = NewAuthority("another");
        WritePair("stranger", other);

        Assert.Contains("DockerOptions.Tls.Certificate", await FaultAsync(Files("ca", pair)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_to_an_engine_that_speaks_none_says_so()
    {
        await using var plain = new Faults.FakeTcp("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        using var runtime = new DockerRuntimeOver(plain.Endpoint, Files("ca", "host"));
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.Runtime.DescribeAsync(Token));

        Assert.Contains("does not use TLS", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_HTTP_to_an_engine_behind_TLS_says_so()
    {
        // What Go's server, and so the engine, answers then.
        await using var secured = new Faults.FakeTcp("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
        using var runtime = new DockerRuntimeOver(secured.Endpoint, tls: null);
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.Runtime.DescribeAsync(Token));

        Assert.Contains("the server there uses TLS; set DockerOptions.Tls", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_of_Docker_s_own_tools_is_understood()
    {
        var place = EnginePlace.Of(new DockerOptions { Endpoint = new Uri("https://engine:2376") }, _ => null);
        Assert.NotNull(place.Tls);
        Assert.False(place.IsOpenToTheNetwork);
        Assert.True(EnginePlace.Of(new DockerOptions { Endpoint = new Uri("tcp://engine:2375") }, _ => null).IsOpenToTheNetwork);
        Assert.False(EnginePlace.Of(new DockerOptions { Endpoint = new Uri("tcp://127.0.0.1:2375") }, _ => null).IsOpenToTheNetwork);
    }

    [Theory]
    [InlineData("no-such", "host", "unix", "Tls")]
    [InlineData("host-key", "host", "tcp", "Tls")]
    public void Files_that_are_no_certificates_are_said_at_start(string authority, string pair, string scheme, string setting)
    {
        var options = new DockerOptions { Endpoint = new Uri($"{scheme}://127.0.0.1:1"), Tls = Files(authority, pair) };
        ValidateOptionsResult result = new DockerOptionsValidator().Validate("docker", options);

        Assert.Contains($"OrcaTraining:Machines:docker:{setting} is", result.FailureMessage, StringComparison.Ordinal);
    }

    private async Task<string> FaultAsync(DockerTlsOptions tls)
    {
        using var runtime = Over(tls);
        return (await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.DescribeAsync(Token))).Message;
    }

    private DockerRuntime Over(DockerTlsOptions tls) => NewRuntime(o => (o.Endpoint, o.Tls) = (_engine.Endpoint, tls));

    private DockerTlsOptions Files(string? authority, string? pair) => new()
    {
        Authority = authority is null ? null : PathOf($"{authority}.pem"),
        Certificate = pair is null ? null : PathOf($"{pair}.pem"),
        Key = pair is null ? null : PathOf($"{pair}-key.pem"),
    };

    private string PathOf(string name) => Path.Combine(_files.FullName, name);

    private void WritePair(string name, X509Certificate2 authority)
    {
        using var pair = Issue(authority, name, address: null);
        File.WriteAllText(PathOf($"{name}.pem"), pair.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}-key.pem"), pair.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 NewAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Yesterday, Yesterday.AddDays(3));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, IPAddress? address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using var issued = request.Create(authority, Yesterday, Yesterday.AddDays(2), RandomNumberGenerator.GetBytes(8));
        using var pair = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static bool IssuedBy(X509Certificate certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        using var presented = new X509Certificate2(certificate);
        return chain.Build(presented);
    }

    private static DateTimeOffset Yesterday => TimeProvider.System.GetUtcNow().AddDays(-1);

    private sealed class DockerRuntimeOver(Uri endpoint, DockerTlsOptions? tls) : IDisposable
    {
        public DockerRuntime Runtime { get; } = NewRuntime(o => (o.Endpoint, o.Tls) = (endpoint, tls));

        public void Dispose() => Runtime.Dispose();
    }
}
