using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using k8s.Autorest;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Kubernetes.Cluster;

/// <summary>
/// Asks the cluster with a time limit, and tells its answers (which pass through as <see cref="ClusterRefusedException"/>, where the
/// caller knows their meaning) from its silence, which is a <see cref="RuntimeUnavailableException"/> that names the cluster and the
/// way out.
/// </summary>
internal sealed class ClusterCalls(ClusterConnection cluster, TimeSpan callTimeout, TimeProvider time)
{
    /// <summary>Asks once.</summary>
    /// <param name="what">What is asked, to follow "while": "listing pods".</param>
    /// <param name="call">The call.</param>
    /// <param name="answers">The refusals that the caller knows the meaning of; null for none.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public async Task<T> AskAsync<T>(
        string what, Func<CancellationToken, Task<T>> call, Func<ClusterRefusal, bool>? answers, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(callTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await call(either.Token);
        }
        catch (HttpOperationException exception)
        {
            var refusal = ClusterRefusal.Of(exception);
            throw answers?.Invoke(refusal) == true ? new ClusterRefusedException(refusal, exception) : Unavailable(what, refusal, exception);
        }
        catch (Exception exception) when (IsSilence(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw limit.IsCancellationRequested
                ? Unavailable(what, Invariant($"it did not answer within {callTimeout.TotalSeconds:0.#} s (KubernetesOptions.CallTimeout)"), exception)
                : Unavailable(what, exception);
        }
    }

    /// <summary>Asks for something that may be gone already.</summary>
    /// <returns>Null when it is.</returns>
    public async Task<T?> AskForAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await AskAsync(what, call, static refusal => refusal.Code == HttpStatusCode.NotFound, cancellationToken);
        }
        catch (ClusterRefusedException)
        {
            return null;
        }
    }

    /// <summary>Whether an exception says that the cluster, or the way to it, failed.</summary>
    public static bool IsSilence(Exception exception) => exception is
        HttpRequestException or IOException or SocketException or TimeoutException or JsonException or AuthenticationException or
        OperationCanceledException or InvalidDataException or ObjectDisposedException or k8s.Exceptions.KubernetesClientException;

    /// <summary>Says that the cluster refused what it should not.</summary>
    public RuntimeUnavailableException Unavailable(string what, ClusterRefusal refusal, Exception? exception = null) =>
        Unavailable(
            what,
            refusal.Code switch
            {
                HttpStatusCode.Unauthorized => "it does not accept the host's credentials (401); renew them in the file that KubernetesOptions.KubeConfig names",
                HttpStatusCode.Forbidden when !refusal.IsQuota => $"it does not allow it: {refusal.Message}. Give the host's user a Role as in docs/kubernetes.md",
                _ => Invariant($"it answered {(int)refusal.Code} ({refusal.Message})"),
            },
            exception);

    /// <summary>Turns an exception into the one that callers know.</summary>
    public RuntimeUnavailableException Unavailable(string what, Exception exception) => Unavailable(what, Reason(exception), exception);

    /// <summary>Says that the cluster was of no use, and why.</summary>
    public RuntimeUnavailableException Unavailable(string what, string reason, Exception? exception = null) =>
        new($"The Kubernetes cluster at {cluster.Endpoint} (namespace '{cluster.Namespace}') failed while {what}: {reason}{(reason.EndsWith('?') ? "" : ".")}", exception);

    private static string Reason(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable }:
                    return "nothing listens there; is the cluster up, and is KubernetesOptions.KubeConfig (or KUBECONFIG) right?";
                case AuthenticationException:
                    return $"its certificate or that of the host is not accepted ({cause.Message.TrimEnd('.')})";
                default:
                    break;
            }
        }

        return $"the connection broke ({(exception.InnerException ?? exception).Message.TrimEnd('.')})";
    }
}
