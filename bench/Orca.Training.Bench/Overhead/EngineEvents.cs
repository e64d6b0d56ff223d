using System.Collections.Concurrent;
using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Orca.Training.Bench.Overhead;

/// <summary>One stream of the engine's events for the whole bench, subscribed before anything starts.</summary>
internal sealed class EngineEvents : IProgress<Message>, IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Application, string Job), ContainerLife> _lives = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _stream;

    public EngineEvents(IDockerClient engine)
    {
        // The engine answers a moment before it subscribes us: so it repeats the last second.
        var since = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 1;
        var wanted = new ContainerEventsParameters
        {
            Since = since.ToString(CultureInfo.InvariantCulture),
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["type"] = new Dictionary<string, bool> { ["container"] = true },
                ["event"] = new Dictionary<string, bool> { ["create"] = true, ["start"] = true, ["die"] = true, ["destroy"] = true },
            },
        };
        _stream = engine.System.MonitorEventsAsync(wanted, this, _end.Token);
    }

    /// <summary>The life of a job's container, whether it was heard of or not.</summary>
    public ContainerLife Of(string application, long job) => Of(application, job.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for something that the engine tells; fails when its stream ends before.</summary>
    public async Task<long> WaitAsync(Task<long> told, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(told, _stream).WaitAsync(cancellationToken) == _stream)
        {
            await _stream;
            throw new InvalidOperationException("The engine ended its stream of events.");
        }

        return await told;
    }

    public void Report(Message value)
    {
        if (value.Actor?.Attributes is { } attributes
            && attributes.TryGetValue("orca.application", out var application)
            && attributes.TryGetValue("orca.job", out var job))
        {
            Of(application, job).Take(value.Action, TimeProvider.System.GetTimestamp());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _stream.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private ContainerLife Of(string application, string job) => _lives.GetOrAdd((application, job), _ => new ContainerLife());
}
