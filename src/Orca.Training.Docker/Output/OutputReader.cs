using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Docker.DotNet;
using Orca.Training.Docker.Engine;
using Orca.Training.Docker.Observing;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Output;

/// <summary>
/// Reads a container's output while it is written. Past the client, whose stream hides where messages begin: a long line's parts
/// each carry a timestamp, which can be told from text by that alone.
/// </summary>
internal sealed class OutputReader(EngineConnection engine, EngineCalls calls, ToldEnds told)
{
    private const int BufferLength = 64 * 1024;

    // As LogEntry says it of lines that the service itself could not keep.
    private const string Gone = "[lines are missing here: the engine's log of the container is limited, and these lines were removed before they were read]";

    /// <param name="container">Its id, or a name.</param>
    /// <param name="otherwise">Gives the id of one that has another name by now; null for none.</param>
    /// <param name="after">Where reading begins.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<OutputLine> ReadAsync(
        string container, Func<CancellationToken, ValueTask<string?>> otherwise, OutputPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = $"reading the output of container {container}";
        var position = after;
        var parser = new OutputParser();
        for (var isDoubtful = true; isDoubtful;)
        {
            isDoubtful = false;
            parser = new OutputParser();
            var resume = ResumePoint.For(position);
            var opened = await OpenAsync(what, container, resume, isFollowed: true, cancellationToken);
            if (opened is null && await otherwise(cancellationToken) is { } renamed)
            {
                container = renamed;
                opened = await OpenAsync(what, container, resume, isFollowed: true, cancellationToken);
            }

            using var following = opened;
            if (following is null)
            {
                yield break;
            }

            var continuity = new Continuity(position, calls.Time.GetUtcNow());
            await foreach (var line in LinesAsync(what, following, parser, cancellationToken))
            {
                var before = continuity.Take(line, calls.Time.GetUtcNow());
                if (before is Continuity.Before.Doubtful)
                {
                    // Asked for anew after the last line, the engine gives all that it still has.
                    isDoubtful = true;
                    break;
                }

                if (before is Continuity.Before.Missing)
                {
                    position = position.Next(GoneBefore(line).Timestamp);
                    yield return GoneBefore(line);
                }

                if (resume.IsNew(line))
                {
                    position = position.Next(line.Timestamp);
                    yield return line;
                }
            }
        }

        // An engine that follows a container to its end often leaves out a last line without a newline: what it has kept is asked for
        // once more, while it says whether the container has ended at all.
        var end = ResumePoint.ForEnd(position);
        var remaining = OpenAsync(what, container, end, isFollowed: false, cancellationToken);
        using var rest = await OfEndedAsync(what, container, remaining, cancellationToken);
        if (rest is not null)
        {
            // A follower that is far behind is told of a container's end before it has come to the last files.
            parser = new OutputParser();
            var continuity = new Continuity(position, calls.Time.GetUtcNow());
            await foreach (var line in LinesAsync(what, rest, parser, cancellationToken))
            {
                if (continuity.Take(line, calls.Time.GetUtcNow()) is Continuity.Before.Missing)
                {
                    yield return GoneBefore(line);
                }

                if (end.IsNew(line))
                {
                    yield return line;
                }
            }
        }

        var last = new List<OutputLine>();
        parser.Complete(last);
        foreach (var line in last)
        {
            // Where the container is gone, this is what its follower was told of the line.
            if (rest is null || end.IsNew(line))
            {
                yield return line;
            }
        }
    }

    private static OutputLine GoneBefore(in OutputLine line) => new(OutputStream.Error, line.Timestamp - 1, Gone);

    /// <summary>All lines that end; what is left without a newline stays with the parser.</summary>
    private async IAsyncEnumerable<OutputLine> LinesAsync(
        string what, HttpResponseMessage response, OutputParser parser, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var lines = new List<OutputLine>();
        var buffer = new byte[BufferLength];
        for (var isOpen = true; isOpen;)
        {
            lines.Clear();
            isOpen = await FillAsync(what, stream, buffer, parser, lines, cancellationToken);
            foreach (var line in lines)
            {
                yield return line;
            }
        }
    }

    /// <summary>Gives an answer on, unless the container runs: an engine that is stopped can end the stream as if all were said.</summary>
    private async Task<HttpResponseMessage?> OfEndedAsync(string what, string container, Task<HttpResponseMessage?> answer, CancellationToken cancellationToken)
    {
        try
        {
            if (!told.Has(container) && await IsRunningAsync(container, cancellationToken))
            {
                throw calls.Unavailable(what, "it ended the stream while the container runs");
            }
        }
        catch
        {
            (await answer)?.Dispose();
            throw;
        }

        return await answer;
    }

    /// <summary>Null when there is no such container.</summary>
    private async Task<HttpResponseMessage?> OpenAsync(
        string what, string container, ResumePoint from, bool isFollowed, CancellationToken cancellationToken)
    {
        var since = string.Create(CultureInfo.InvariantCulture, $"{from.Since / 1_000_000_000}.{from.Since % 1_000_000_000:000000000}");
        var path = $"containers/{container}/logs?follow={(isFollowed ? 1 : 0)}&stdout=1&stderr=1&timestamps=1&since={since}";

        // Only the answer's beginning is limited in time: a training may be silent for days.
        return await calls.AskAsync<HttpResponseMessage?>(
            what,
            async token =>
            {
                var response = await engine.Http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, token);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    return response.StatusCode == HttpStatusCode.NotFound
                        ? null
                        : throw new DockerApiException(response.StatusCode, await response.Content.ReadAsStringAsync(token));
                }
            },
            answers: null,
            cancellationToken);
    }

    /// <summary>False at the end.</summary>
    private async ValueTask<bool> FillAsync(
        string what, Stream stream, Memory<byte> buffer, OutputParser parser, List<OutputLine> lines, CancellationToken cancellationToken)
    {
        try
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read > 0)
            {
                parser.Push(buffer.Span[..read], lines);
                return true;
            }

            if (!parser.IsBetweenMessages)
            {
                throw new EndOfStreamException("the output ended within a message");
            }

            return false;
        }
        catch (Exception exception) when (EngineCalls.IsSilence(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw calls.Unavailable(what, exception);
        }
    }

    private async Task<bool> IsRunningAsync(string container, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await calls.AskAsync(
                $"inspecting container {container}",
                token => engine.Client.Containers.InspectContainerAsync(container, token),
                answers: static refusal => refusal is DockerContainerNotFoundException,
                cancellationToken);
            return answer.State?.Running == true;
        }
        catch (DockerContainerNotFoundException)
        {
            return false;
        }
    }
}
