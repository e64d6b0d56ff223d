using System.Buffers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Http;

/// <summary>
/// Sends what happens as server-sent events (WHATWG HTML, section 9.2): each with an id, from which a broken stream goes on with Last-Event-ID.
/// A heartbeat comes at once and every 15 seconds, so that proxies keep the line and clients notice a dead one. The stream ends with its source,
/// or with the host; a client that asks again then is told the rest.
/// </summary>
internal static class EventStream
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // A refusal that comes this soon is an answer of its own. One that comes later is an event.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    public static async Task SendAsync<T>(HttpCall call, IAsyncEnumerable<T> items, string kind, Func<T, string> id, Action<Utf8JsonWriter, T> write)
    {
        var services = call.Context.RequestServices;
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, stopping);
        var pump = new Pump<T>(items, time, end);
        await using (pump.ConfigureAwait(false))
        {
            await pump.BeginAsync().ConfigureAwait(false);
            var headers = call.Context.Response.Headers;
            call.Context.Response.ContentType = "text/event-stream";
            headers.CacheControl = "no-cache,no-store";
            headers.ContentEncoding = "identity";
            headers["X-Accel-Buffering"] = "no";
            try
            {
                await SseFormatter.WriteAsync(
                    EventsAsync(pump, kind, id, end.Token), call.Context.Response.Body, (item, buffer) => item.Data(buffer, write), end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // The caller has gone, or the host goes.
            }
        }
    }

    private static async IAsyncEnumerable<SseItem<Body<T>>> EventsAsync<T>(
        Pump<T> pump, string kind, Func<T, string> id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new SseItem<Body<T>>(Nothing, "heartbeat");
        while (true)
        {
            TrainingException? refusal = null;
            bool isQuiet = false, isThere = false;
            try
            {
                isQuiet = !await pump.WaitAsync(Heartbeat, cancellationToken).ConfigureAwait(false);
                isThere = !isQuiet && await pump.TakeAsync().ConfigureAwait(false);
            }
            catch (TrainingException e)
            {
                refusal = e;
            }

            if (refusal is not null)
            {
                yield return new SseItem<Body<T>>((buffer, _) => WriteRefusal(buffer, refusal), "error");
                yield break;
            }

            if (isQuiet)
            {
                yield return new SseItem<Body<T>>(Nothing, "heartbeat");
                continue;
            }

            if (!isThere)
            {
                yield break;
            }

            var item = pump.Current;
            pump.Ask();
            yield return new SseItem<Body<T>>((buffer, write) => Write(buffer, item, write), kind) { EventId = id(item) };
        }
    }

    private static void Nothing<T>(IBufferWriter<byte> buffer, Action<Utf8JsonWriter, T> write)
    {
        // A heartbeat says nothing more.
    }

    private static void Write<T>(IBufferWriter<byte> buffer, T item, Action<Utf8JsonWriter, T> write)
    {
        using var json = new Utf8JsonWriter(buffer);
        write(json, item);
    }

    private static void WriteRefusal(IBufferWriter<byte> buffer, TrainingException refusal)
    {
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("error", refusal.Error.ToString());
        json.WriteString("detail", refusal.Message);
        json.WriteEndObject();
    }

    private delegate void Body<T>(IBufferWriter<byte> buffer, Action<Utf8JsonWriter, T> write);

    /// <summary>Reads a source item by item, each asked for once and awaited as often as needed.</summary>
    private sealed class Pump<T>(IAsyncEnumerable<T> items, TimeProvider time, CancellationTokenSource end) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<T> _source = items.GetAsyncEnumerator(end.Token);
        private Task<bool> _next = Task.FromResult(false);

        public T Current => _source.Current;

        public void Ask() => _next = _source.MoveNextAsync().AsTask();

        public async Task BeginAsync()
        {
            Ask();
            if (await WaitAsync(FirstWait, end.Token).ConfigureAwait(false))
            {
                await _next.ConfigureAwait(false);
            }
        }

        /// <summary>Whether the next item, or the end, is there within a time.</summary>
        public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(_next, Task.Delay(limit, time, pause.Token)).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return _next.IsCompleted;
        }

        public Task<bool> TakeAsync() => _next;

        public async ValueTask DisposeAsync()
        {
            // A source may not be disposed while it is asked. What the question meets has been told, or nobody is left to tell.
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _source.DisposeAsync().ConfigureAwait(false);
        }
    }
}
