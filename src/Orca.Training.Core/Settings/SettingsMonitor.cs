using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Orca.Training.Diagnostics;
using Orca.Training.Pools;

namespace Orca.Training.Settings;

/// <summary>
/// The settings as they hold now. A changed configuration is taken over as a whole if it is right, else not at all, and both are
/// told; the framework's own monitor would have nothing to give until the configuration is right again.
/// </summary>
internal sealed class SettingsMonitor : IOptionsMonitor<OrcaTrainingOptions>, IDisposable
{
    private readonly IOptionsFactory<OrcaTrainingOptions> _factory;
    private readonly SettingsSource[] _sources;
    private readonly SettingsKeys _keys;
    private readonly ILogger? _logger;
    private readonly ForeignFaults? _faults;
    private readonly PoolRemovals _removals;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _end;
    private readonly IDisposable[] _registrations;
    private readonly ConfiguredSettings _atStart;
    private ConfiguredSettings _last;
    private readonly ExceptionDispatchInfo? _wrongAtStart;
    private volatile OrcaTrainingOptions? _current;
    private string? _toldRefusal;
    private int _changes;

    public SettingsMonitor(
        IOptionsFactory<OrcaTrainingOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<OrcaTrainingOptions>> changes,
        IEnumerable<SettingsSource> sources,
        SettingsCheck check,
        PoolRemovals removals,
        ILoggerFactory? loggers = null,
        ForeignFaults? faults = null)
    {
        _factory = factory;
        _sources = [.. sources];
        _faults = faults;
        _removals = removals;
        _end = _ending.Token;
        _logger = loggers?.CreateLogger<SettingsMonitor>() is not { } logger ? null : faults is null ? logger : new SafeLogger(logger, faults);
        _keys = check.Keys;
        try
        {
            _current = factory.Create(Options.DefaultName);
        }
        catch (OptionsValidationException e)
        {
            // Told to who asks for the settings: the host's start, which asks for those of other packages too and tells all at once.
            _wrongAtStart = ExceptionDispatchInfo.Capture(e);
        }

        _atStart = _last = ConfiguredSettings.Read(_sources, _keys);
        if (_current is { } current)
        {
            TellUnknown(_atStart.Unknown);
            // Another's section may well be named so: it is told, and stops nothing.
            TellUnknown(_sources.SelectMany(s => s.MisspeltSections).Select(s => KeyValuePair.Create(s, $"did you mean {SettingsSource.Section}?")));
            TellIfNothingTrains(current);
        }

        _registrations = [.. changes.Where(c => c.Name is null or "").Select(c => ChangeToken.OnChange(c.GetChangeToken, Change))];
    }

    /// <summary>The last change, which may still ask the store.</summary>
    internal Task TakingOver { get; private set; } = Task.CompletedTask;

    private event Action<OrcaTrainingOptions, string?>? Changed;

    /// <exception cref="OptionsValidationException">The settings that the host was to start with are wrong.</exception>
    public OrcaTrainingOptions CurrentValue
    {
        get
        {
            if (_current is not { } current)
            {
                _wrongAtStart!.Throw();
                throw _wrongAtStart.SourceException;
            }

            return current;
        }
    }

    public OrcaTrainingOptions Get(string? name) => name is null or "" ? CurrentValue : _factory.Create(name);

    public IDisposable OnChange(Action<OrcaTrainingOptions, string?> listener)
    {
        Changed += listener;
        return new Registration(() => Changed -= listener);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _ending.Cancel();
        _ending.Dispose();
    }

    /// <summary>Changes may come at the same time from several sources: who is at it looks once more.</summary>
    private void Change()
    {
        if (Interlocked.Increment(ref _changes) != 1)
        {
            return;
        }

        var all = TakingOver = TakeOverAllAsync();
        if (all.IsCompleted)
        {
            all.GetAwaiter().GetResult();
        }
    }

    /// <summary>Without a store to ask, all of it is done when this returns.</summary>
    private async Task TakeOverAllAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _changes);
            await TakeOverAsync();
        }
        while (Interlocked.CompareExchange(ref _changes, 0, seen) != seen);
    }

    private async Task TakeOverAsync()
    {
        OrcaTrainingOptions next;
        try
        {
            next = _factory.Create(Options.DefaultName);
        }
#pragma warning disable CA1031 // A value that is no number, a setting that is wrong, code of the host that throws: the host goes on with what it has.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Refuse(e.Message);
            return;
        }

        if (await WhyNotAsync(next) is { } reason)
        {
            Refuse(reason);
            return;
        }

        if (_ending.IsCancellationRequested)
        {
            return;
        }

        _toldRefusal = null;
        if (_current is null or { Algorithms.Count: > 0 })
        {
            TellIfNothingTrains(next);
        }

        _current = next;
        Tell(ConfiguredSettings.Read(_sources, _keys));
        foreach (var listener in Delegate.EnumerateInvocationList(Changed))
        {
            try
            {
                listener(next, Options.DefaultName);
            }
#pragma warning disable CA1031 // A listener of the host's keeps neither the others nor later changes from being heard.
            catch (Exception e) when (_faults is not null)
#pragma warning restore CA1031
            {
                _faults.Tell("A listener to changed settings", e);
            }
        }
    }

    /// <summary>Once: a file that is written tells several times.</summary>
    private void Refuse(string reason)
    {
        if (_toldRefusal != reason)
        {
            _toldRefusal = reason;
            _logger?.SettingsRefused(reason);
        }
    }

    /// <summary>Why open trainings keep the settings from being taken over; null if they do not.</summary>
    private async Task<string?> WhyNotAsync(OrcaTrainingOptions next)
    {
        var pools = PoolSettings.Of(next);
        if (_current is { } current && !PoolRemovals.MayLeaveOut(PoolSettings.Of(current), pools))
        {
            return null;
        }

        try
        {
            return await _removals.FaultsAsync(pools, SettingsSource.RootOf(_sources), _end) is { Count: > 0 } faults ? string.Join("; ", faults) : null;
        }
#pragma warning disable CA1031 // A store that does not answer: the host goes on with what it has, and the next change asks again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return _ending.IsCancellationRequested ? null : $"whether trainings are open in pools that it leaves out is not known: {e.Message}";
        }
    }

    private void Tell(ConfiguredSettings now)
    {
        TellUnknown(now.Unknown.Where(u => !_last.Unknown.ContainsKey(u.Key)));
        var known = now.ChangedSince(_last).Where(s => !now.IsUnknown(s)).ToLookup(s => now.Reloads(s) || _last.Reloads(s));
        // What was set back to what the host started with needs no restart any more.
        foreach (var setting in known[false].Intersect(now.ChangedSince(_atStart)))
        {
            _logger?.RestartNeeded(setting);
        }

        if (known[true].Any())
        {
            _logger?.SettingsTakenOver(string.Join(", ", known[true]));
        }

        _last = now;
    }

    private void TellIfNothingTrains(OrcaTrainingOptions options)
    {
        if (options.Algorithms.Count == 0)
        {
            _logger?.NoAlgorithm();
        }
    }

    private void TellUnknown(IEnumerable<KeyValuePair<string, string>> unknown)
    {
        foreach (var (setting, remedy) in unknown)
        {
            _logger?.UnknownSetting(setting, remedy);
        }
    }

    private sealed class Registration(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
