using System.Net;
using System.Net.Http.Headers;

namespace Orca.Training.Grpc;

/// <summary>Adds the path prefix and the caller's token to each call, and notices when a sign-in page answers in place of the service.</summary>
internal sealed class CallerHandler(HttpMessageHandler inner, Func<CancellationToken, ValueTask<string>>? token) : DelegatingHandler(inner)
{
    /// <summary>What stands before each call's path, as a reverse proxy wants it; empty for nothing.</summary>
    public string PathPrefix { get; init; } = "";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (PathPrefix.Length > 0)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Path = PathPrefix + request.RequestUri!.AbsolutePath }.Uri;
        }

        if (token is not null && await TokenAsync(token, cancellationToken).ConfigureAwait(false) is { Length: > 0 } given)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", given);
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.Redirect or HttpStatusCode.RedirectMethod or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            or HttpStatusCode.MovedPermanently))
        {
            return response;
        }

        var location = response.Headers.Location;
        response.Dispose();
        throw new RedirectedException(location?.IsAbsoluteUri is true ? location.AbsolutePath : location?.OriginalString.Split('?')[0] ?? "another page");
    }

    private static async ValueTask<string> TokenAsync(Func<CancellationToken, ValueTask<string>> token, CancellationToken cancellationToken)
    {
        try
        {
            return await token(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new NoTokenException(e);
        }
    }
}

/// <summary>A page answered in place of the service: no service of gRPC redirects.</summary>
internal sealed class RedirectedException(string page) : HttpRequestException($"The call was redirected to {page}.")
{
    public string Page => page;
}

/// <summary>The application's own source of tokens failed.</summary>
internal sealed class NoTokenException(Exception cause) : HttpRequestException(cause.Message, cause);
