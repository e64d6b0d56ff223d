using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orca.Training.Kubernetes.Cluster;

/// <summary>A "no" of the cluster: the status code, its stable word for the reason, and the sentence.</summary>
internal sealed record ClusterRefusal(HttpStatusCode Code, string Reason, string Message)
{
    // Some answers quote whole objects; a sentence for people needs no more.
    private const int Longest = 600;

    public bool IsQuota => Code == HttpStatusCode.Forbidden && Message.Contains("exceeded quota", StringComparison.Ordinal);

    public static ClusterRefusal Of(HttpOperationException exception) =>
        Of(exception.Response.StatusCode, exception.Response.Content);

    public static ClusterRefusal Of(HttpStatusCode code, string? body)
    {
        try
        {
            if (!string.IsNullOrEmpty(body) && KubernetesJson.Deserialize<V1Status>(body) is { Message: { Length: > 0 } message } status)
            {
                return new ClusterRefusal(code, status.Reason ?? "", Shorten(message));
            }
        }
        catch (JsonException)
        {
            // A proxy on the way speaks HTML or text: that is then what we show.
        }

        return new ClusterRefusal(code, "", string.IsNullOrWhiteSpace(body) ? "without a reason" : Shorten(body));
    }

    public static string Shorten(string words)
    {
        words = words.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return words.Length <= Longest ? words : string.Concat(words.AsSpan(0, Longest), "…");
    }
}

/// <summary>A refusal whose meaning the caller knows.</summary>
internal sealed class ClusterRefusedException(ClusterRefusal refusal, Exception? inner) : Exception(refusal.Message, inner)
{
    public ClusterRefusal Refusal { get; } = refusal;
}
