using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>What docs/access.md shows is run as its reader would run it: each recipe lets in whom it says, and nobody else.</summary>
public sealed class AccessPageTests : IDisposable
{
    private const string Page = "docs/access.md";
    private const string Runs = "/orca-training/runs.jsonl";

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    // As `dotnet user-jwts` would write them; a real host names its identity provider.
    private static readonly Dictionary<string, string> TokenSettings = new()
    {
        ["Authentication__Schemes__Bearer__ValidIssuer"] = "test",
        ["Authentication__Schemes__Bearer__ValidAudiences__0"] = "training",
        ["Authentication__Schemes__Bearer__SigningKeys__0__Issuer"] = "test",
        ["Authentication__Schemes__Bearer__SigningKeys__0__Value"] = Convert.ToBase64String(Key),
        ["Authentication__Schemes__Bearer__SigningKeys__0__Length"] = "32",
    };

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("orca-access-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Files.DeleteReadOnly(_data);

    [Fact]
    public async Task Nobody_but_this_machine()
    {
        var program = await BuildAsync("Local", Recipe("AllowThisMachineOnly"));
        await using var host = await program.StartAsync(_data.FullName);
        using var client = GrpcTrainingClient.Connect(host.Address);
        using var web = new HttpClient { BaseAddress = new Uri(host.Address) };

        Assert.Empty((await client.ListTrainingsAsync(new TrainingQuery(), Cancel)).Trainings);
        using var answered = await web.GetAsync(Runs, Cancel);
        web.DefaultRequestHeaders.Host = "evil.example";
        using var refused = await web.GetAsync(Runs, Cancel);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (answered.StatusCode, refused.StatusCode));
        Assert.Contains("is addressed to evil.example", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bearer_tokens_and_the_same_behind_nginx_and_behind_YARP()
    {
        var program = await BuildAsync("Tokens", Recipe("AddJwtBearer"), "Microsoft.AspNetCore.Authentication.JwtBearer");
        await using var host = await program.StartAsync(_data.FullName, TokenSettings);
        var authority = new Uri(host.Address).Authority;
        await AssertByTokenAsync(host.Address);

        using var certificate = NewCertificate("training.example");
        var proxy = await ReadmeProgram.BuildAsync(
            "Readme.AccessProxy", "Microsoft.NET.Sdk.Web", Recipe("MapReverseProxy").Replace("127.0.0.1:5081", authority, StringComparison.Ordinal), "Yarp.ReverseProxy");
        await using (var yarp = await proxy.StartAsync(_data.FullName, TlsSettings("training.example")))
        {
            await AssertByTokenAsync(yarp.Address, certificate);
        }

        var port = NginxServer.FreePort();
        var settings = PageProgram.BlocksOf(Page, "nginx").Single()
            .Replace("listen 443", $"listen 127.0.0.1:{port}", StringComparison.Ordinal)
            .Replace("127.0.0.1:5081", authority, StringComparison.Ordinal)
            .Replace("/etc/ssl", _data.FullName, StringComparison.Ordinal);
        await using var nginx = await NginxServer.StartAsync(settings);
        await AssertByTokenAsync($"https://127.0.0.1:{port}", certificate);
    }

    [Fact]
    public async Task An_application_that_has_customers()
    {
        // The sign-in is the application's own: here it believes what it is told.
        const string signIn = """
            app.MapGet("/sign-in", (string role, HttpContext context) => Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.SignInAsync(
                context,
                new System.Security.Claims.ClaimsPrincipal(
                    new System.Security.Claims.ClaimsIdentity([new(System.Security.Claims.ClaimTypes.Name, "eve"), new(System.Security.Claims.ClaimTypes.Role, role)], "cookie"))));
            app.Run();
            """;
        var program = await BuildAsync("Cookies", Recipe("AddCookie").Replace("app.Run();", signIn, StringComparison.Ordinal));
        await using var host = await program.StartAsync(_data.FullName);

        foreach (var (role, expected) in new[] { ("data-scientist", HttpStatusCode.OK), ("customer", HttpStatusCode.Redirect), (null, HttpStatusCode.Redirect) })
        {
            using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
            using var web = new HttpClient(handler) { BaseAddress = new Uri(host.Address) };
            if (role is not null)
            {
                using var signed = await web.GetAsync($"/sign-in?role={role}", Cancel);
                Assert.Equal(HttpStatusCode.OK, signed.StatusCode);
            }

            using var answer = await web.GetAsync(Runs, Cancel);
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Client_certificates()
    {
        // The test's certificates sign themselves, which no machine trusts; whose they are is asked all the same.
        var recipe = Recipe("AddCertificate")
            .Replace(".AddCertificate()", ".AddCertificate(o => o.AllowedCertificateTypes = CertificateTypes.All)", StringComparison.Ordinal)
            .Replace("var app = ", "builder.WebHost.ConfigureKestrel(k => k.ConfigureHttpsDefaults(h => { h.ClientCertificateMode = ClientCertificateMode.RequireCertificate; h.AllowAnyClientCertificate(); }));\nvar app = ", StringComparison.Ordinal);
        var program = await BuildAsync("Certificates", recipe, "Microsoft.AspNetCore.Authentication.Certificate");
        using var server = NewCertificate("training.example");
        await using var host = await program.StartAsync(_data.FullName, TlsSettings("training.example"));

        foreach (var (name, isLetIn) in new[] { ("pipeline", true), ("stranger", false) })
        {
            using var own = NewCertificate(name);
            using var handler = new SocketsHttpHandler { SslOptions = Trusting(server) };
            handler.SslOptions.ClientCertificates = [own];
            using var channel = GrpcChannel.ForAddress(host.Address, new GrpcChannelOptions { HttpHandler = handler });
            using var client = new GrpcTrainingClient(channel);
            var asked = await Record.ExceptionAsync(() => client.ListTrainingsAsync(new TrainingQuery(), Cancel));
            Assert.Equal(isLetIn ? null : TrainingError.PermissionDenied, (asked as TrainingException)?.Error);
            Assert.Equal(isLetIn, asked is null);
        }
    }

    private static Task<ReadmeProgram> BuildAsync(string name, string recipe, params string[] packages) =>
        ReadmeProgram.BuildAsync($"Readme.Access{name}", "Microsoft.NET.Sdk.Web", recipe, ["Orca.Training.AspNetCore", "Orca.Training.Docker", .. packages]);

    private static string Recipe(string call) => PageProgram.BlocksOf(Page).Single(b => b.Contains(call + "(", StringComparison.Ordinal));

    /// <summary>Only the token with the role is let in, to gRPC and downloads, and an upload larger than what proxies take by themselves arrives.</summary>
    private static async Task AssertByTokenAsync(string address, X509Certificate2? server = null)
    {
        foreach (var (token, status, error) in new (string?, HttpStatusCode, TrainingError?)[]
        {
            (Token("ada", "training"), HttpStatusCode.OK, null),
            (Token("eve", "customer"), HttpStatusCode.Forbidden, TrainingError.PermissionDenied),
            (null, HttpStatusCode.Unauthorized, TrainingError.Unauthenticated),
        })
        {
            using var grpc = new SocketsHttpHandler { SslOptions = Trusting(server) };
            using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = grpc });
            var client = new GrpcTrainingClient(channel.Intercept(metadata =>
            {
                if (token is not null)
                {
                    metadata.Add("authorization", $"Bearer {token}");
                }

                return metadata;
            }));
            using var http = new SocketsHttpHandler { SslOptions = Trusting(server) };
            using var web = new HttpClient(http);
            web.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

            using var answer = await web.GetAsync(new Uri(address + Runs), Cancel);
            Assert.Equal(status, answer.StatusCode);
            if (error is null)
            {
                var large = new DatasetFile("numbers.bin", _ => ValueTask.FromResult<Stream>(new MemoryStream(new byte[3 << 20])));
                await client.Datasets.AddAsync("large", [large], Cancel);
                var job = await client.TrainAsync(new TrainingRequest { Algorithm = "intent-classification", DatasetId = "large" }, Cancel);
                Assert.Equal("ada <test>", (await client.GetTrainingStatusAsync(job, Cancel)).User);
                await client.CancelTrainingAsync(job, Cancel);
            }
            else
            {
                Assert.Equal(error, (await Assert.ThrowsAsync<TrainingException>(() => client.ListTrainingsAsync(new TrainingQuery(), Cancel))).Error);
            }
        }
    }

    private static string Token(string user, string role)
    {
        static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        var head = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = "HS256", typ = "JWT" }));
        var expires = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        var body = Encode(JsonSerializer.SerializeToUtf8Bytes(new { iss = "test", aud = "training", sub = user, roles = new[] { role }, exp = expires }));
        return $"{head}.{body}.{Encode(HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes($"{head}.{body}")))}";
    }

    // A host's own address takes the place of --urls.
    private Dictionary<string, string> TlsSettings(string name) => new()
    {
        ["Kestrel__Endpoints__Https__Url"] = "https://127.0.0.1:0",
        ["Kestrel__Endpoints__Https__Certificate__Path"] = Path.Combine(_data.FullName, $"{name}.pem"),
        ["Kestrel__Endpoints__Https__Certificate__KeyPath"] = Path.Combine(_data.FullName, $"{name}.key"),
    };

    /// <summary>A certificate that signs itself, for a server as well as for a client, and its files NAME.pem and NAME.key.</summary>
    private X509Certificate2 NewCertificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(_data.FullName, $"{name}.pem"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_data.FullName, $"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }

    private static SslClientAuthenticationOptions Trusting(X509Certificate2? server) => new()
    {
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == server?.GetCertHashString(),
    };
}
