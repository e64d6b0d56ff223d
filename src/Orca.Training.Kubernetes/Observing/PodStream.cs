using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s;
using k8s.Models;
using Orca.Training.Kubernetes.Cluster;

namespace Orca.Training.Kubernetes.Observing;

/// <summary>One watch: what happens to some pods. The client's own can die without a word, so the lines are read here.</summary>
internal sealed class PodStream(ClusterConnection cluster, ClusterCalls calls, TimeProvider time)
{
    private const string What = "watching pods";

    // What the server may take to end a stream whose time is over; one that outlives that is dead.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    /// <summary>Reads until the server ends the stream, which it does when the lifetime is over.</summary>
    /// <param name="selector">Which pods, by their labels.</param>
    /// <param name="after">Where to go on, or null to begin with all that there is now.</param>
    /// <param name="lifetime">How long the stream is to last at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WatchExpiredException">The cluster no longer keeps what came after that point.</exception>
    /// <exception cref="Machines.RuntimeUnavailableException">It broke, or died in silence.</exception>
    public async IAsyncEnumerable<PodEvent> ReadAsync(
        string selector, string? after, TimeSpan lifetime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(lifetime + EndPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        using var response = await OpenAsync(selector, after, lifetime, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(either.Token);
        using var reader = new StreamReader(body);
        while (await ReadLineAsync(reader, either.Token, cancellationToken) is { } line)
        {
            yield return Parse(line);
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(string selector, string? after, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var seconds = ((int)Math.Ceiling(lifetime.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var from = after is null ? "" : $"&resourceVersion={Uri.EscapeDataString(after)}";
        var path = $"api/v1/namespaces/{cluster.Namespace}/pods?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&labelSelector={Uri.EscapeDataString(selector)}{from}";
        var response = await calls.AskAsync(What, token => cluster.OpenStreamAsync(path, token), answers: null, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var refusal = ClusterRefusal.Of(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
            throw refusal.Code == HttpStatusCode.Gone ? new WatchExpiredException(refusal.Message) : calls.Unavailable(What, refusal);
        }
    }

    /// <summary>Null at the end.</summary>
    private async ValueTask<string?> ReadLineAsync(StreamReader reader, CancellationToken limited, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(limited);
        }
        catch (Exception exception) when (ClusterCalls.IsSilence(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw limited.IsCancellationRequested
                ? calls.Unavailable(What, "the stream did not end at its time limit, so it counts as broken", exception)
                : calls.Unavailable(What, exception);
        }
    }

    private PodEvent Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var type = json.RootElement.GetProperty("type").GetString();
            var item = json.RootElement.GetProperty("object");
            if (type == "ERROR")
            {
                var refusal = ClusterRefusal.Of((HttpStatusCode)item.GetProperty("code").GetInt32(), item.GetRawText());
                throw refusal.Code == HttpStatusCode.Gone ? new WatchExpiredException(refusal.Message) : calls.Unavailable(What, refusal);
            }

            return new PodEvent(
                type switch { "BOOKMARK" => PodEventKind.Bookmark, "DELETED" => PodEventKind.Deleted, _ => PodEventKind.Seen },
                KubernetesJson.Deserialize<V1Pod>(item));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw calls.Unavailable(What, "it sent an invalid event", exception);
        }
    }
}

internal enum PodEventKind
{
    /// <summary>The pod is there, and stands so.</summary>
    Seen,

    /// <summary>The pod's record is gone.</summary>
    Deleted,

    /// <summary>Nothing happened up to this point; the pod says nothing else.</summary>
    Bookmark,
}

/// <summary>Something that happened to a pod.</summary>
internal readonly record struct PodEvent(PodEventKind Kind, V1Pod Pod);

/// <summary>The cluster no longer keeps what a watch asked to go on from.</summary>
internal sealed class WatchExpiredException(string message) : Exception(message);
