using System.Collections.Concurrent;
using System.Globalization;
using Docker.DotNet.Models;
using Orca.Training.Docker.Engine;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Observing;

/// <summary>
/// What an engine still remembers of a container whose end nobody watched: whether somebody had it sent a signal. An engine keeps its last
/// 256 events for as long as it runs, and Podman keeps them in a journal.
/// </summary>
internal sealed class EngineMemory(EngineConnection engine, EngineCalls calls, TimeProvider clock)
{
    private const string What = "reading the events of a container";

    // Fewer are remembered only by an engine that has not had more since it started.
    private const int Full = 256;

    // Podman answers from a journal that has no end. What a training had sent to it lies at the end of its own life.
    private const int Most = 4096;

    // Of an engine that answers all else, and not this: an end that is known waits no longer for what nobody will tell.
    private const int Tries = 3;

    private static readonly string[] Names = ["kill", "die", "died"];

    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);

    /// <summary>The signal that an ended container was sent; null for none that is known.</summary>
    /// <param name="id">The container.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="cancellationToken">Gives the question up.</param>
    /// <exception cref="RuntimeUnavailableException">The engine cannot be asked now; one that can never be asked this is not asked for ever.</exception>
    public async Task<int?> SignalOfAsync(string id, int? exitCode, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(id, exitCode, cancellationToken);
        }
        catch (RuntimeUnavailableException) when (_failures.AddOrUpdate(id, 1, static (_, failures) => failures + 1) >= Tries)
        {
            return null;
        }
    }

    /// <summary>Forgets containers that are no longer there.</summary>
    public void KeepOnly(IReadOnlySet<string> ids)
    {
        foreach (var id in _failures.Keys.Where(id => !ids.Contains(id)))
        {
            _failures.TryRemove(id, out _);
        }
    }

    private async Task<int?> AskAsync(string id, int? exitCode, CancellationToken cancellationToken)
    {
        var info = await calls.AskAsync(What, engine.Client.System.GetSystemInfoAsync, answers: null, cancellationToken);
        var until = info.SystemTime;
        var about = await ReadAsync(
            new Dictionary<string, IDictionary<string, bool>>(StringComparer.Ordinal)
            {
                ["type"] = Only("container"),
                ["container"] = Only(id),
                ["event"] = Names.ToDictionary(n => n, _ => true, StringComparer.Ordinal),
            },
            until,
            cancellationToken);
        if (about.Signal is not null || about.IsEndKnown || exitCode != 0 || info.LiveRestoreEnabled)
        {
            return about.Signal;
        }

        // An engine that has forgotten an end although its memory has room was started after it. Such a one stops its containers before it
        // goes: nobody can say that this one was done.
        return !await IsPodmanAsync(cancellationToken) && (await ReadAsync(new Dictionary<string, IDictionary<string, bool>>(), until, cancellationToken)).Count < Full
            ? Signals.Terminate
            : null;
    }

    private async Task<bool> IsPodmanAsync(CancellationToken cancellationToken)
    {
        var version = await calls.AskAsync(What, engine.Client.System.GetVersionAsync, answers: null, cancellationToken);
        return version.Components?.Any(c => c.Name?.Contains("Podman", StringComparison.OrdinalIgnoreCase) == true) == true;
    }

    private async Task<Past> ReadAsync(IDictionary<string, IDictionary<string, bool>> filters, string? until, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var past = new Past(enough);
        try
        {
            return await calls.AskAsync(
                What,
                async token =>
                {
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(token, enough.Token);
                    await engine.Client.System.MonitorEventsAsync(new ContainerEventsParameters { Filters = filters, Since = "0", Until = TimeOf(until) }, past, either.Token);
                    return past;
                },
                answers: null,
                cancellationToken);
        }
        catch (RuntimeUnavailableException) when (past.IsEnough)
        {
            return past;
        }
    }

    /// <summary>The engine's own clock, which need not be ours.</summary>
    private string TimeOf(string? text)
    {
        var time = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read) ? read : clock.GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"{time.ToUnixTimeMilliseconds() / 1000}.{time.ToUnixTimeMilliseconds() % 1000:000}000000");
    }

    private static Dictionary<string, bool> Only(string name) => new(StringComparer.Ordinal) { [name] = true };

    /// <summary>Called by the client for each event, one after the other.</summary>
    private sealed class Past(CancellationTokenSource enough) : IProgress<Message>
    {
        private int _signal;

        public int? Signal => _signal == 0 ? null : _signal;

        public bool IsEndKnown { get; private set; }

        public int Count { get; private set; }

        public bool IsEnough => Count >= Most;

        public void Report(Message value)
        {
            IsEndKnown |= value.Action is "die" or "died";
            _signal = SentSignals.SignalOf(value) is { } signal ? SentSignals.Later(_signal, signal) : _signal;
            if (++Count >= Most)
            {
                enough.Cancel();
            }
        }
    }
}
