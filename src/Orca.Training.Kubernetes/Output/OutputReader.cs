using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Cluster;
using Orca.Training.Kubernetes.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Output;

/// <summary>Reads a pod's output while it is written.</summary>
internal sealed class OutputReader(ClusterConnection cluster, ClusterCalls calls, AttemptPods pods, string machine, TimeProvider time, ILogger log)
{
    private const int BufferLength = 64 * 1024;

    // A node looks once a second at what has ended, and tells the cluster then.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    public async IAsyncEnumerable<OutputLine> ReadAsync(
        AttemptName attempt, int rank, OutputPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (AttemptPods.OfRank(await pods.ListAsync(attempt, cancellationToken), rank) is not { } pod)
        {
            yield break;
        }

        var what = $"reading the output of pod {pod.Metadata.Name}";
        var resume = ResumePoint.For(after);
        using var response = await OpenAsync(what, pod, resume.Since, cancellationToken);
        if (response is null)
        {
            yield break;
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var parser = new PodLogParser();
        var lines = new List<OutputLine>();
        var buffer = new byte[BufferLength];
        for (var isOpen = true; isOpen;)
        {
            lines.Clear();
            isOpen = await FillAsync(what, stream, buffer, parser, lines, cancellationToken);
            foreach (var line in lines)
            {
                if (resume.IsNew(line))
                {
                    yield return line;
                }
            }
        }

        await CheckEndedAsync(what, attempt, pod, cancellationToken);
    }

    /// <summary>A node or server that is stopped can end the stream as if all were said; a node that works says soon that the pod ended.</summary>
    private async Task CheckEndedAsync(string what, AttemptName attempt, V1Pod read, CancellationToken cancellationToken)
    {
        bool HasEnded(IEnumerable<V1Pod> found) =>
            found.FirstOrDefault(p => p.Metadata.Uid == read.Metadata.Uid) is not { } pod || PodState.IsSettled(pod, time.GetUtcNow());

        if (HasEnded(await pods.ListAsync(attempt, cancellationToken)))
        {
            return;
        }

        await foreach (var found in pods.FollowAsync(attempt, EndPatience, cancellationToken))
        {
            if (HasEnded(found))
            {
                return;
            }
        }

        throw calls.Unavailable(what, "it ended the stream while the pod runs");
    }

    /// <summary>Null when there is nothing to read.</summary>
    private async Task<HttpResponseMessage?> OpenAsync(string what, V1Pod pod, long since, CancellationToken cancellationToken)
    {
        // In whole seconds, which is all that the cluster heeds; what comes twice is skipped.
        var from = since == 0 ? "" : $"&sinceTime={Uri.EscapeDataString(DateTimeOffset.FromUnixTimeSeconds(since / 1_000_000_000).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture))}";
        var path = $"api/v1/namespaces/{cluster.Namespace}/pods/{pod.Metadata.Name}/log?container={PodState.Container}&follow=true&timestamps=true{from}";

        // Only the answer's beginning is limited in time: a training may be silent for days.
        var response = await calls.AskAsync(what, token => cluster.OpenStreamAsync(path, token), answers: null, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var refusal = ClusterRefusal.Of(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
            if (refusal.Code == HttpStatusCode.NotFound)
            {
                return null;
            }

            if (PodState.IsSettled(pod, time.GetUtcNow()) && refusal.Code is HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError)
            {
                // The node has cleared the container away, and its output with it: asking again would not bring it back.
                log.OutputGone(machine, pod.Metadata.Name, refusal.Message);
                return null;
            }

            throw calls.Unavailable(what, refusal);
        }
    }

    /// <summary>False at the end.</summary>
    private async ValueTask<bool> FillAsync(
        string what, Stream stream, Memory<byte> buffer, PodLogParser parser, List<OutputLine> lines, CancellationToken cancellationToken)
    {
        try
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read > 0)
            {
                parser.Push(buffer.Span[..read], lines);
                return true;
            }

            parser.Complete(lines);
            return false;
        }
        catch (Exception exception) when (ClusterCalls.IsSilence(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw calls.Unavailable(what, exception);
        }
    }
}
