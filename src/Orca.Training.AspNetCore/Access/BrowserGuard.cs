using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Orca.Training.AspNetCore.Access;

/// <summary>
/// Refuses what a page of another site can have a browser send: it goes out with what the browser knows of the service, be it a cookie
/// or that both run on one machine.
/// </summary>
internal static class BrowserGuard
{
    /// <summary>Null: nothing speaks against it. Otherwise what does, as a sentence.</summary>
    /// <param name="request">The request.</param>
    /// <param name="guardsReads">Whether also what only reads is refused, since nothing but the browser's place lets it in.</param>
    public static string? Objection(HttpRequest request, bool guardsReads) =>
        !guardsReads && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) ? null
        : WhatSite(request.Headers["Sec-Fetch-Site"])
        ?? WhatOrigin(request.Headers.Origin, request.Host)
        ?? WhatBody(request);

    private static string? WhatSite(StringValues site) =>
        site.Count == 0 || site == "same-origin" || site == "none"
            ? null
            : $"A page of another site asks this of the browser (Sec-Fetch-Site: {Printable.Of(site)}): " +
              "only pages of the host of the training service may.";

    // The scheme is left out: behind a proxy that ends TLS it is another one.
    private static string? WhatOrigin(StringValues origin, HostString host) =>
        origin.Count == 0 || (origin.Count == 1 && AuthorityOf(origin.ToString()).Equals(host.Value, StringComparison.OrdinalIgnoreCase))
            ? null
            : $"A page of {Printable.Of(origin)} asks this of the browser, and the call is addressed to {Printable.Of(host.Value)}: " +
              "only pages of the host of the training service may, and a proxy has to pass on the header Host as it came.";

    private static string AuthorityOf(string origin) =>
        origin.IndexOf("://", StringComparison.Ordinal) is var at and > 0 ? origin[(at + 3)..] : "";

    // A form, and a script that does not ask first, can send no other types than those of forms, text/plain, and none at all.
    private static string? WhatBody(HttpRequest request) =>
        request.ContentType is null && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not true
        || IsNoForms(request.ContentType)
            ? null
            : $"The body is {(request.ContentType is { } type ? Printable.Of(type) : "of no type")}, as any web page can send it: " +
              "the training service takes application/json, application/grpc and application/octet-stream.";

    private static bool IsNoForms(string? contentType) =>
        // What every call of gRPC says.
        contentType == "application/grpc"
        || MediaTypeHeaderValue.TryParse(contentType, out var parsed)
        && parsed.MediaType is var type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));
}
