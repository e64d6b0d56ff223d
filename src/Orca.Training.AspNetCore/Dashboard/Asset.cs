using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Orca.Training.AspNetCore.Dashboard;

/// <summary>A file of the page, as it is in the assembly, and compressed once, when a browser first asks for it.</summary>
internal sealed class Asset
{
    private const string Root = "dashboard/";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary();

    private readonly byte[] _plain;
    private readonly Lazy<byte[]> _compressed;
    private readonly string _type;
    private readonly StringValues _tag;

    private Asset(string name, byte[] content)
    {
        Name = name;
        _plain = content;
        _compressed = new Lazy<byte[]>(() => Compress(content));
        _type = Types[Path.GetExtension(name)];
        _tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"";
    }

    /// <summary>The path below the page, with slashes.</summary>
    public string Name { get; }

    /// <summary>All files of the page.</summary>
    public static IReadOnlyList<Asset> ReadAll()
    {
        var assembly = typeof(Asset).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(n => n.StartsWith(Root, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(n => new Asset(n[Root.Length..].Replace('\\', '/'), Read(assembly.GetManifestResourceStream(n)!))),
        ];
    }

    /// <summary>Sends the file. A browser asks each time, and is told that it has the file already: a new version is never mixed with an old one.</summary>
    public Task SendAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = _tag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (request.Headers.IfNoneMatch == _tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var body = _plain;
        if (TakesGzip(request))
        {
            response.Headers.ContentEncoding = "gzip";
            body = _compressed.Value;
        }

        response.ContentType = _type;
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static bool TakesGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)
        && accepted.Any(a => a.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && a.Quality is not 0);

    private static byte[] Read(Stream resource)
    {
        using (resource)
        {
            var content = new byte[resource.Length];
            resource.ReadExactly(content);
            return content;
        }
    }

    private static byte[] Compress(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize))
        {
            gzip.Write(content);
        }

        return target.ToArray();
    }
}
