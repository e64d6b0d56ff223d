using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace Orca.Training.Minio.Objects;

/// <summary>An answer that is an error, in the server's own words.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The word for it; made up from the status where the answer has no body, as those to HEAD.</param>
/// <param name="Message">A sentence, where there is one.</param>
internal sealed record Refusal(HttpStatusCode Status, string Code, string? Message)
{
    // An error's body is a few hundred bytes; what is longer is somebody else's page.
    private const int LongestBody = 64 * 1024;

    /// <summary>Whether the same request may succeed in a moment.</summary>
    public bool IsTransient => (int)Status >= 500 || Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || Code is "RequestTimeout" or "SlowDown";

    public static async Task<Refusal> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var length = answer.Content.Headers.ContentLength;
        var body = length is 0 or > LongestBody ? "" : await answer.Content.ReadAsStringAsync(cancellationToken);
        var error = Parse(body);
        var code = error?.Element("Code")?.Value;
        return new Refusal(answer.StatusCode, string.IsNullOrEmpty(code) ? Named(answer.StatusCode) : code, error?.Element("Message")?.Value);
    }

    private static XElement? Parse(string body)
    {
        try
        {
            // Servers differ in whether they name a namespace.
            var root = body.TrimStart().StartsWith('<') ? XDocument.Parse(body).Root : null;
            return root is null ? null : new XElement("Error", root.Elements().Select(e => new XElement(e.Name.LocalName, e.Value)));
        }
        catch (XmlException)
        {
            // A proxy's page, mostly: the status says enough.
            return null;
        }
    }

    private static string Named(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => "NotFound",
        HttpStatusCode.Forbidden => "AccessDenied",
        HttpStatusCode.PreconditionFailed => "PreconditionFailed",
        HttpStatusCode.RequestedRangeNotSatisfiable => "InvalidRange",
        _ => status.ToString(),
    };
}

/// <summary>Carries a refusal through the client that asked: it would understand only a part of them.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception($"{(int)refusal.Status} {refusal.Code}")
{
    public Refusal Refusal { get; } = refusal;
}
