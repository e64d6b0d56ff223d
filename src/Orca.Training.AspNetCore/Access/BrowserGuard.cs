using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Orca.Training.AspNetCore.Access;

/// <summary>
/// Refuses requests that a page of another site can make a browser send. They carry the user's cookies, and come from the machine of the
/// browser.
/// </summary>
internal static class BrowserGuard
{
    /// <summary>The reason to refuse the request, as a sentence; null for none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="guardsReads">Whether GET and HEAD are checked too, because only the location of the browser grants access.</param>
    public static string? Objection(HttpRequest request, bool guardsReads) =>
        !guardsReads && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) ? null
        : WhatSite(request.Headers["Sec-Fetch-Site"])
        ?? WhatOrigin(request)
        ?? WhatBody(request);

    private static string? WhatSite(StringValues site) =>
        site.Count == 0 || site == "same-origin" || site == "none"
            ? null
            : $"A browser sends this call for a page of another site (Sec-Fetch-Site: {Printable.Of(site)}). " +
              "Only pages of the host of the training service may call it.";

    // The scheme is not compared: behind a proxy that terminates TLS it differs.
    private static string? WhatOrigin(HttpRequest request) =>
        request.Headers.Origin is var origin && origin.Count == 0
        || (origin.Count == 1 && AuthorityOf(origin.ToString()).Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase))
            ? null
            : $"A browser sends this call for a page of {Printable.Of(origin)}, but to {Printable.Of(request.Host.Value)}. " +
              "Only pages of the host of the training service may call it; a proxy must forward the header Host unchanged.";

    private static string AuthorityOf(string origin) =>
        origin.IndexOf("://", StringComparison.Ordinal) is var at and > 0 ? origin[(at + 3)..] : "";

    // Without a preflight request, pages can only send the content types of forms, text/plain, or none.
    private static string? WhatBody(HttpRequest request) =>
        request.ContentType is null && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not true
        || IsNoForms(request.ContentType)
            ? null
            : $"The body has {(request.ContentType is { } type ? $"the content type {Printable.Of(type)}" : "no content type")}, as any web page can send it. " +
              "The training service accepts application/json, application/grpc and application/octet-stream.";

    private static bool IsNoForms(string? contentType) =>
        // The common case: gRPC calls.
        contentType == "application/grpc"
        || MediaTypeHeaderValue.TryParse(contentType, out var parsed)
        && parsed.MediaType is var type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));
}
