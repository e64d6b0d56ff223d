using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Docker.DotNet.Models;
using Orca.Training.Docker.Engine;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Observing;

/// <summary>
/// Hints: the engine's events, as observations. It never waits for its reader: a reader that falls behind by
/// <see cref="Capacity"/> events loses the stream, lists, and asks for a new one.
/// </summary>
internal sealed class EventStream(EngineConnection engine, EngineCalls calls, ContainerEnds ends, OwnContainers own, SentSignals sent, ToldEnds told, TimeProvider time)
{
    internal const int Capacity = 1024;

    private const string What = "watching containers";

    // "died" and "remove" are Podman's, which filters by them even where it then speaks of "die"; an engine ignores names it does not know.
    private static readonly string[] Names = ["start", "kill", "oom", "die", "died", "destroy", "remove"];

    // The engine answers a moment before it subscribes us, and its clock need not be ours: so it repeats the last second.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    public IAsyncEnumerable<ContainerObservation> WatchAsync(string application, CancellationToken cancellationToken) =>
        ReadAsync(application, time.GetUtcNow() - Overlap, cancellationToken);

    private async IAsyncEnumerable<ContainerObservation> ReadAsync(
        string application, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = Channel.CreateBounded<Message>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pump = PumpAsync(application, since, events.Writer, end);
        try
        {
            var held = new HeldEnds(ends, time);
            var ready = new List<ContainerObservation>();
            while (await held.WaitAsync(events.Reader, cancellationToken))
            {
                ready.Clear();
                held.TakeDue(ready);
                if (events.Reader.TryRead(out var message))
                {
                    await ObserveAsync(message, held, ready, cancellationToken);
                }

                foreach (var observation in ready)
                {
                    yield return observation;
                }
            }
        }
        finally
        {
            sent.Interrupted();
            await end.CancelAsync();
            await pump;
        }
    }

    /// <summary>Never throws: how it ended is in the channel.</summary>
    private async Task PumpAsync(string application, DateTimeOffset since, ChannelWriter<Message> events, CancellationTokenSource end)
    {
        var filters = ContainerLabels.FilterOf(application);
        filters["type"] = new Dictionary<string, bool>(StringComparer.Ordinal) { ["container"] = true };
        filters["event"] = Names.ToDictionary(n => n, _ => true, StringComparer.Ordinal);
        var sink = new Sink(events, end);
        try
        {
            await engine.Client.System.MonitorEventsAsync(
                new ContainerEventsParameters { Filters = filters, Since = Seconds(since) }, sink, end.Token);
            events.TryComplete(calls.Unavailable(What, "it ended the stream of events"));
        }
        catch (Exception exception) when (EngineCalls.IsSilence(exception))
        {
            events.TryComplete(sink.IsFull
                ? calls.Unavailable(What, $"more than {Capacity} events waited to be read")
                : calls.Unavailable(What, exception));
        }
        catch (Exception exception)
        {
            // Not foreseen, and so the reader's to see.
            events.TryComplete(exception);
        }
    }

    private async ValueTask ObserveAsync(
        Message message, HeldEnds held, List<ContainerObservation> ready, CancellationToken cancellationToken)
    {
        if (!ContainerLabels.TryRead(message.Actor?.Attributes, out var attempt, out var rank))
        {
            return;
        }

        var observation = new ContainerObservation
        {
            Attempt = attempt,
            Rank = rank,
            Incarnation = message.Actor!.ID,
            State = ContainerState.Running,
        };
        switch (message.Action)
        {
            case "start":
                sent.Started(observation.Incarnation);
                own.Seen(attempt, observation.Incarnation);
                ready.Add(observation);
                break;
            case "kill":
                sent.Take(observation.Incarnation, message);
                break;
            case "oom":
                ends.RanOutOfMemory(observation.Incarnation);
                await held.ReleaseAsync(observation.Incarnation, ready, cancellationToken);
                break;
            case "die" or "died":
                own.Seen(attempt, observation.Incarnation);
                told.Add(observation.Incarnation);
                var ended = observation with { State = ContainerState.Ended, ExitCode = ExitCodeOf(message) };

                // Gone already: then what the event itself says is all there is.
                held.Add(await ends.CompleteAsync(ended, cancellationToken) ?? new End(ended with { Signal = sent.EndOf(observation.Incarnation) }, IsCertain: true), ready);
                break;
            case "destroy" or "remove":
                await held.ReleaseAsync(observation.Incarnation, ready, cancellationToken);
                ready.Add(observation with { State = ContainerState.Removed });
                break;
            default:
                break;
        }
    }

    private static int? ExitCodeOf(Message message) =>
        message.Actor!.Attributes.TryGetValue("exitCode", out var text)
        && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code)
            ? code
            : null;

    private static string Seconds(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.ToUnixTimeMilliseconds() / 1000}.{time.ToUnixTimeMilliseconds() % 1000:000}000000");

    /// <summary>Called by the client for each event, one after the other.</summary>
    private sealed class Sink(ChannelWriter<Message> events, CancellationTokenSource end) : IProgress<Message>
    {
        public bool IsFull { get; private set; }

        public void Report(Message value)
        {
            if (!events.TryWrite(value))
            {
                IsFull = true;
                end.Cancel();
            }
        }
    }
}
