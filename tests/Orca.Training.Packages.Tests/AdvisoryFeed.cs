using System.Net;
using System.Text;

namespace Orca.Training.Packages.Tests;

/// <summary>A source of advisories on loopback that says one thing: each version of one package is vulnerable.</summary>
internal sealed class AdvisoryFeed : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly string _address;

    public AdvisoryFeed(string package)
    {
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        }

        _listener.Prefixes.Add(_address);
        _listener.Start();
        _serving = ServeAsync(package);
    }

    public string Index => _address + "index.json";

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync(string package)
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var answer = context.Request.Url!.AbsolutePath switch
            {
                "/index.json" => $$"""{"version":"3.0.0","resources":[{"@id":"{{_address}}vulnerability/index.json","@type":"VulnerabilityInfo/6.7.0"}]}""",
                "/vulnerability/index.json" => $$"""[{"@name":"base","@id":"{{_address}}vulnerability/base.json","@updated":"2026-01-01T00:00:00Z","comment":""}]""",
                "/vulnerability/base.json" => $$"""{"{{package.ToLowerInvariant()}}":[{"url":"https://example.org/advisory","severity":0,"versions":"[0.0.1,)"}]}""",
                _ => null,
            };
            context.Response.StatusCode = answer is null ? 404 : 200;
            context.Response.Close(Encoding.UTF8.GetBytes(answer ?? ""), willBlock: false);
        }
    }
}
