using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>Every route that is mapped, with every method, against every way in that is none. A new route is among them by itself.</summary>
public sealed class DoorTableTests(DoorTableTests.Hosts hosts) : IClassFixture<DoorTableTests.Hosts>
{
    private static readonly HttpMethod[] Methods =
        [HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Options];

    // What a caller does who is at another site, or behind a proxy.
    private static readonly Dictionary<string, Action<HttpRequestMessage>> OnThisMachine = new()
    {
        ["foreign Host"] = r => r.Headers.Host = "evil.example",
        ["foreign Host with the port"] = r => r.Headers.Host = $"evil.example:{r.RequestUri!.Port}",
        ["name that is rebound"] = r =>
        {
            r.Headers.Host = $"evil.example:{r.RequestUri!.Port}";
            r.Headers.Add("Origin", $"http://evil.example:{r.RequestUri.Port}");
            r.Headers.Add("Sec-Fetch-Site", "same-origin");
        },
        ["name below localhost"] = r => r.Headers.Host = $"evil.localhost:{r.RequestUri!.Port}",
        ["name above localhost"] = r => r.Headers.Host = $"localhost.evil.example:{r.RequestUri!.Port}",
        ["address that is like loopback"] = r => r.Headers.Host = $"127.1:{r.RequestUri!.Port}",
        ["Host without a port"] = r => r.Headers.Host = "127.0.0.1",
        ["Host with another port"] = r => r.Headers.Host = "localhost:1",
        ["cross-site read"] = r => r.Headers.Add("Sec-Fetch-Site", "cross-site"),
        ["same-site read"] = r => r.Headers.Add("Sec-Fetch-Site", "same-site"),
        ["Origin on a read"] = r => r.Headers.Add("Origin", "https://evil.example"),
        ["HTTP/1.0"] = r => r.Version = HttpVersion.Version10,
        ["Connection: close"] = r => r.Headers.ConnectionClose = true,
        ["Connection: upgrade to nothing"] = r => r.Headers.Connection.Add("upgrade"),
    };

    private static readonly string[] ForwardingHeaders =
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Scheme",
        "X-Original-For", "X-Original-Host", "X-Real-IP", "Via", "X-Request-Id", "X-Envoy-Internal", "X-Envoy-External-Address", "CF-Connecting-IP",
        "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Amzn-Trace-Id", "X-Cloud-Trace-Context", "X-ARR-LOG-ID", "CDN-Loop",
        "X-ProxyUser-Ip", "Max-Forwards", "X-Scheme", "Client-IP", "Tailscale-User-Login",
    ];

    // Of every door. Reads of a policy's door are the policy's.
    private static readonly Dictionary<string, Action<HttpRequestMessage>> OnEveryDoor = new()
    {
        ["cross-site"] = r => r.Headers.Add("Sec-Fetch-Site", "cross-site"),
        ["same-site"] = r => r.Headers.Add("Sec-Fetch-Site", "same-site"),
        ["site of nonsense"] = r => r.Headers.Add("Sec-Fetch-Site", ["same-origin", "cross-site"]),
        ["Origin"] = r => r.Headers.Add("Origin", "https://evil.example"),
        ["Origin null"] = r => r.Headers.Add("Origin", "null"),
        ["Origin with another port"] = r => r.Headers.Add("Origin", "http://127.0.0.1:1"),
        ["form"] = r => r.Content = new FormUrlEncodedContent([new("a", "b")]),
        ["form of parts"] = r => r.Content = new MultipartFormDataContent { { new StringContent("b"), "a" } },
        ["text"] = r => r.Content = new StringContent("{}", Encoding.UTF8, "text/plain"),
        ["text that names JSON"] = r => r.Content = new StringContent("{}", MediaTypeHeaderValue.Parse("text/plain; x=\"application/json\"")),
        ["no type"] = r => r.Content = new ByteArrayContent("{}"u8.ToArray()),
    };

    public static TheoryData<string> AttacksOnThisMachine => [.. OnThisMachine.Keys, .. ForwardingHeaders];

    public static TheoryData<string> AttacksOnEveryDoor => [.. OnEveryDoor.Keys];

    private static CancellationToken Token => Patience.Token;

    [Theory]
    [MemberData(nameof(AttacksOnThisMachine))]
    public Task On_this_machine_no_route_answers_to(string attack) => AssertRefusedAsync(
        Door.ThisMachine,
        OnThisMachine.TryGetValue(attack, out var attempt) ? attempt : r => r.Headers.TryAddWithoutValidation(attack, "127.0.0.1"),
        Methods);

    [Theory]
    [MemberData(nameof(AttacksOnEveryDoor))]
    public async Task Through_no_door_a_route_answers_to(string attack)
    {
        foreach (var door in Enum.GetValues<Door>())
        {
            await AssertRefusedAsync(door, OnEveryDoor[attack], [.. Methods.Except([HttpMethod.Get, HttpMethod.Head])]);
        }
    }

    [Fact]
    public async Task Every_route_answers_to_what_is_no_attack()
    {
        foreach (var host in Enum.GetValues<Door>().Select(d => hosts[d]))
        {
            foreach (var route in host.Routes)
            {
                using var answer = await host.AskAsync(route, route.Methods[0], _ => { });
                Assert.False(IsRefused(answer), $"{route.Path} is refused: {await answer.Content.ReadAsStringAsync(Token)}");
            }
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.2")]
    [InlineData("[::1]")]
    public async Task A_page_and_a_tool_of_this_machine_are_answered_by_each_of_its_names(string name)
    {
        var host = hosts[Door.ThisMachine];
        var own = $"{name}:{host.Port}";
        foreach (var route in host.Routes)
        {
            using var answer = await host.AskAsync(route, route.Methods[0], r =>
            {
                r.Headers.Host = own;
                r.Headers.Add("Origin", $"http://{own}");
                r.Headers.Add("Sec-Fetch-Site", "same-origin");
                r.Headers.Add("Sec-Fetch-Mode", "cors");
                r.Headers.Add("Sec-CH-UA", "\"Chromium\"");
                r.Headers.Add("Cookie", "other=1");
                r.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            });
            Assert.False(IsRefused(answer), $"{route.Path} refused {own}: {await answer.Content.ReadAsStringAsync(Token)}");
        }
    }

    [Fact]
    public async Task A_read_from_a_page_of_another_site_is_the_policys()
    {
        var host = hosts[Door.Policy];

        using var answer = await host.AskAsync(host.Routes.First(r => r.Path.EndsWith("runs.jsonl", StringComparison.Ordinal)), HttpMethod.Get, r => r.Headers.Add("Sec-Fetch-Site", "cross-site"));

        Assert.False(IsRefused(answer));
    }

    // With the attack nothing reaches the service. That the same request without it does is a test of its own.
    private async Task AssertRefusedAsync(Door door, Action<HttpRequestMessage> attack, HttpMethod[] methods)
    {
        var host = hosts[door];
        var (calls, wrong) = (host.Calls, new List<string>());
        foreach (var route in host.Routes)
        {
            foreach (var method in methods)
            {
                using var answer = await host.AskAsync(route, method, attack);
                if (route.Methods.Contains(method) ? !IsRefused(answer) : (int)answer.StatusCode < 400)
                {
                    wrong.Add($"{method} {route.Path}: {(int)answer.StatusCode}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(calls, host.Calls);
    }

    private static bool IsRefused(HttpResponseMessage answer) =>
        answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        || (answer.Headers.TryGetValues("grpc-status", out var status) && status.Single() is "7" or "16");

    public sealed record Route(string Path, HttpMethod[] Methods, bool IsGrpc);

    /// <summary>A host for each door.</summary>
    public sealed class Hosts : IAsyncLifetime
    {
        private readonly Dictionary<Door, Tried> _hosts = [];

        internal Tried this[Door door] => _hosts[door];

        public async ValueTask InitializeAsync()
        {
            _hosts[Door.ThisMachine] = await Tried.StartAsync(app => app.MapOrcaTraining().AllowThisMachineOnly());
            _hosts[Door.Everyone] = await Tried.StartAsync(app => app.MapOrcaTraining().AllowAnyoneToDoEverything());
            _hosts[Door.Policy] = await Tried.StartAsync(app => app.MapOrcaTraining().RequireAuthorization("all"));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var host in _hosts.Values)
            {
                await host.DisposeAsync();
            }
        }
    }

    internal sealed class Tried : IAsyncDisposable
    {
        // No headers but those that the test sets.
        private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseCookies = false });
        private readonly TrainingHost _host;
        private readonly StrongBox<int> _calls;

        private Tried(TrainingHost host, StrongBox<int> calls)
        {
            (_host, _calls) = (host, calls);
            Routes =
            [
                .. from endpoint in host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                   where endpoint.Metadata.GetMetadata<GuardedEndpoint>() is not null
                   let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
                   select new Route(PathOf(endpoint.RoutePattern), [.. methods.Select(m => HttpMethod.Parse(m))], methods is ["POST"]),
            ];
            Assert.True(Routes.Count > 30);
        }

        public IReadOnlyList<Route> Routes { get; }

        public int Port => _host.Address.Port;

        /// <summary>How many calls came to the service.</summary>
        public int Calls => _calls.Value;

        public static async Task<Tried> StartAsync(Action<WebApplication> map)
        {
            var calls = new StrongBox<int>();
            var service = ScriptedClient.Always(_ =>
            {
                Interlocked.Increment(ref calls.Value);
                throw new TrainingException(TrainingError.NotFound, "There is no such thing.");
            });
            var host = await TrainingHost.StartAsync(
                service,
                builder =>
                {
                    builder.Logging.SetMinimumLevel(LogLevel.Error);
                    builder.Services.AddAuthorization(o => o.AddPolicy("all", p => p.RequireAssertion(_ => true)));
                },
                app =>
                {
                    app.UseAuthorization();
                    map(app);
                });
            return new Tried(host, calls);
        }

        public async Task<HttpResponseMessage> AskAsync(Route route, HttpMethod method, Action<HttpRequestMessage> change)
        {
            using var request = new HttpRequestMessage(method, new Uri(_host.Address, route.Path)) { VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            if (route.IsGrpc && method == HttpMethod.Post)
            {
                request.Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
                request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
                request.Version = HttpVersion.Version20;
            }

            change(request);
            // HTTP/2 has no such header.
            request.Version = request.Headers.Connection.Count > 0 ? HttpVersion.Version11 : request.Version;
            return await _http.SendAsync(request, Token);
        }

        public ValueTask DisposeAsync()
        {
            _http.Dispose();
            return _host.DisposeAsync();
        }

        private static string PathOf(RoutePattern pattern) =>
            "/" + string.Join('/', pattern.PathSegments.Select(s => s.Parts[0] is RoutePatternLiteralPart literal ? literal.Content : "1"));
    }
}
