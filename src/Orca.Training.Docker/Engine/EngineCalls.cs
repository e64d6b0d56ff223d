using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Docker.DotNet;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Docker.Engine;

/// <summary>
/// Asks the engine with a time limit, and tells its answers (which pass through as <see cref="DockerApiException"/>) from its
/// silence, which is a <see cref="RuntimeUnavailableException"/> that names the endpoint and the way out.
/// </summary>
internal sealed class EngineCalls(Uri endpoint, bool isTls, TimeSpan callTimeout, TimeProvider time)
{
    /// <summary>Said of what answers, and is none.</summary>
    public const string NoEngine = "the server there does not have the Docker Engine's API; is DockerOptions.Endpoint right?";

    /// <summary>Asks once.</summary>
    /// <param name="what">What is asked, to follow "while": "listing containers".</param>
    /// <param name="call">The call.</param>
    /// <param name="answers">The refusals that the caller knows the meaning of; none by default.</param>
    /// <param name="extra">What the engine may take in addition to the usual limit.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public async Task<T> AskAsync<T>(
        string what,
        Func<CancellationToken, Task<T>> call,
        Func<DockerApiException, bool>? answers,
        TimeSpan extra,
        CancellationToken cancellationToken)
    {
        var allowed = callTimeout + extra;
        using var limit = new CancellationTokenSource(allowed, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await call(either.Token);
        }
        catch (DockerApiException refusal) when (answers?.Invoke(refusal) == true)
        {
            throw;
        }
        catch (Exception exception) when (IsSilence(exception))
        {
            // The client reports a cancelled call as a failed one, so the token is asked and not the exception's type.
            cancellationToken.ThrowIfCancellationRequested();
            throw limit.IsCancellationRequested
                ? Unavailable(what, Invariant($"it did not answer within {allowed.TotalSeconds:0.#} s (DockerOptions.CallTimeout)"), exception)
                : Unavailable(what, exception);
        }
    }

    /// <summary>Asks once, within the usual limit.</summary>
    public Task<T> AskAsync<T>(
        string what,
        Func<CancellationToken, Task<T>> call,
        Func<DockerApiException, bool>? answers,
        CancellationToken cancellationToken) => AskAsync(what, call, answers, TimeSpan.Zero, cancellationToken);

    /// <summary>Whether an exception says that the engine, or the way to it, failed.</summary>
    public static bool IsSilence(Exception exception) => exception is
        DockerApiException or HttpRequestException or IOException or SocketException or TimeoutException or JsonException or
        OperationCanceledException or UnauthorizedAccessException or AuthenticationException or InvalidDataException or ObjectDisposedException or AggregateException or
        // The client's own readers throw these of JSON that holds another kind of value than they know.
        NotImplementedException or NotSupportedException or FormatException or OverflowException;

    /// <summary>Turns such an exception into the one that callers know.</summary>
    public TimeProvider Time => time;

    public RuntimeUnavailableException Unavailable(string what, Exception exception) =>
        Unavailable(what, Reason(exception), exception);

    /// <summary>Says that the engine was of no use, and why.</summary>
    public RuntimeUnavailableException Unavailable(string what, string reason, Exception? exception = null) =>
        new($"The Docker Engine at {endpoint} failed while {what}: {reason}{(reason.EndsWith('?') || reason.EndsWith('.') ? "" : ".")}", exception);

    /// <summary>The framework puts what the other side's bytes were, or its word for a refusal, into the inner exception.</summary>
    private static string TlsFault(Exception fault) => fault.Message.Contains("frame", StringComparison.Ordinal)
        ? "the server there does not use TLS; leave DockerOptions.Tls out, or use the engine's TLS port"
        : (fault.InnerException ?? fault).Message.TrimEnd('.');

    private string Reason(Exception exception)
    {
        if (exception is DockerApiException refusal)
        {
            // What Go's servers say to whoever speaks HTTP on a port with TLS.
            if (refusal.ResponseBody?.Contains("HTTP request to an HTTPS server", StringComparison.Ordinal) == true)
            {
                return "the server there uses TLS; set DockerOptions.Tls";
            }

            return $"it answered {(int)refusal.StatusCode} ({EngineWords.Of(refusal)})";
        }

        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException:
                    return $"this process has no permission to use {endpoint.LocalPath}; run it as a member of the socket's group (usually 'docker')";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable } or FileNotFoundException:
                    return "nothing listens there; is the engine running, and is DockerOptions.Endpoint (or DOCKER_HOST) right?";
                case JsonException or NotImplementedException or NotSupportedException or FormatException or OverflowException:
                    return NoEngine;
                case AuthenticationException:
                    return $"TLS failed ({TlsFault(cause)})";
                case { Message: var words } when words.Contains("alert", StringComparison.Ordinal):
                    return $"it does not accept this host's certificate; are DockerOptions.Tls.Certificate and Key right? ({words})";
                default:
                    break;
            }
        }

        // The client looks for a first line where there is none.
        var broke = exception.InnerException is InvalidOperationException
            ? "it closed the connection without a response"
            : $"the connection broke ({(exception.InnerException ?? exception).Message.TrimEnd('.')})";
        return isTls ? broke + "; an engine also does this if the client's certificate is missing or wrong (DockerOptions.Tls.Certificate)" : broke;
    }
}
