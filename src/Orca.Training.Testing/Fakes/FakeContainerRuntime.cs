using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Testing;

/// <summary>
/// A runtime without an engine. Its containers follow a script, in the time of its <see cref="TimeProvider"/>. Thread-safe.
/// </summary>
public sealed class FakeContainerRuntime : IContainerRuntime
{
    private const int MostHints = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<AttemptName, FakeContainer> _containers = [];
    private readonly List<Channel<ContainerObservation>> _watchers = [];
    private readonly TimeProvider _time;
    private Func<AttemptSpec, FakeTraining> _script = _ => FakeTraining.Succeeds;
    private volatile Exception? _unavailable;
    private long _lastIncarnation;

    /// <summary>Creates a runtime whose containers succeed immediately.</summary>
    public FakeContainerRuntime(TimeProvider time) => _time = time;

    /// <inheritdoc />
    public RuntimeAbilities Abilities { get; } = new(MaxRanks: 1, MountsFolders: true) { HasNetwork = true };

    /// <summary>The image digest that each start reports. Null for none.</summary>
    public string? ImageDigest { get; set; }

    /// <summary>The number of containers, including ended ones.</summary>
    public int ContainerCount
    {
        get
        {
            lock (_lock)
            {
                return _containers.Count;
            }
        }
    }

    /// <summary>Sets the behaviour of each attempt. The function is called once for each start, and must not call the runtime.</summary>
    public void Script(Func<AttemptSpec, FakeTraining> script) => _script = script;

    /// <summary>Makes every call fail and ends all streams, as if the engine were stopped. Containers continue.</summary>
    public void GoAway()
    {
        lock (_lock)
        {
            _unavailable = new RuntimeUnavailableException("The fake engine cannot be reached.");
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete(_unavailable);
            }

            _watchers.Clear();
        }
    }

    /// <summary>Makes calls work again.</summary>
    public void ComeBack()
    {
        lock (_lock)
        {
            _unavailable = null;
        }
    }

    /// <summary>Removes the container of an attempt without the service, as <c>docker rm --force</c> does.</summary>
    public void RemoveByHand(AttemptName attempt)
    {
        lock (_lock)
        {
            RemoveNeedsLock(attempt);
        }
    }

    /// <summary>
    /// Stops the container of an attempt without the service, as <c>docker stop</c> does. It ends as set by
    /// <see cref="FakeTraining.EndsOnStopWith"/>, and the runtime reports the signal.
    /// </summary>
    public void StopByHand(AttemptName attempt)
    {
        lock (_lock)
        {
            if (_containers.TryGetValue(attempt, out var container))
            {
                StopNeedsLock(container);
            }
        }
    }

    /// <inheritdoc />
    public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken)
    {
        CheckAvailable();
        return Task.FromResult(new RuntimeInfo("a fake runtime", new Resources(64, 256L << 30)));
    }

    /// <inheritdoc />
    public async Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        CheckAvailable();
        if (Find(spec.Name) is { } existing)
        {
            return new StartResult.Started([existing.Seen.Incarnation]) { ImageDigest = ImageDigest };
        }

        var training = _script(spec);
        switch (training.Start)
        {
            case FakeStart.Answers answers:
                return answers.Result;
            case FakeStart.Throws throws:
                throw throws.Error;
            case FakeStart.Hangs:
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
                break;
            case FakeStart.Runs { After: var after } when after > TimeSpan.Zero:
                await Task.Delay(after, _time, cancellationToken);
                CheckAvailable();
                break;
            default:
                break;
        }

        if (!training.Files.IsEmpty)
        {
            await LeaveFilesAsync(spec, training, cancellationToken);
        }

        lock (_lock)
        {
            return new StartResult.Started([RunNeedsLock(spec, training).Seen.Incarnation]) { ImageDigest = ImageDigest };
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        CheckAvailable();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<ContainerObservation>>([.. _containers.Values.Where(c => c.Application == scope.Application).Select(c => c.Seen)]);
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken)
    {
        // From the call on, not from the first read. Bounded: whoever lags so far behind is cut off, and lists.
        var hints = Channel.CreateBounded<ContainerObservation>(MostHints);
        lock (_lock)
        {
            CheckAvailable();
            _watchers.Add(hints);
        }

        return ReadHintsAsync(hints, cancellationToken);
    }

    private async IAsyncEnumerable<ContainerObservation> ReadHintsAsync(Channel<ContainerObservation> hints, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            // Not ReadAllAsync, which leaves the thread of a test's virtual time.
            while (await hints.Reader.WaitToReadAsync(cancellationToken))
            {
                while (hints.Reader.TryRead(out var hint))
                {
                    yield return hint;
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(hints);
            }
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken)
    {
        CheckAvailable();
        return Find(attempt) is { } container && !(container.EndedAt is not null && container.Training is { Lines.IsEmpty: true, StopLine: null })
            ? ReadAsync(container, after, cancellationToken)
            : AsyncEnumerable.Empty<OutputLine>();
    }

    /// <inheritdoc />
    public async Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken)
    {
        CheckAvailable();
        if (Find(attempt) is not { } container)
        {
            return;
        }

        if (container.Training.IgnoresStop)
        {
            await WaitForEndAsync(container, grace, cancellationToken);
        }

        lock (_lock)
        {
            StopNeedsLock(container);
        }
    }

    /// <inheritdoc />
    public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        CheckAvailable();
        RemoveByHand(attempt);
        return Task.CompletedTask;
    }

    private async IAsyncEnumerable<OutputLine> ReadAsync(FakeContainer container, OutputPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var order = 0L;
        foreach (var (delay, stream, text) in container.Training.Lines.OrderBy(l => l.After))
        {
            var at = container.StartedAt + delay;
            var wait = at - _time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await WaitForEndAsync(container, wait, cancellationToken);
            }

            CheckAvailable();
            if (container.EndedAt < at)
            {
                break;
            }

            // Lines of one moment are told apart by their order, as an engine's clock would.
            var timestamp = Nanoseconds(at) + ++order;
            if (timestamp > after.Timestamp)
            {
                yield return new OutputLine(stream, timestamp, text);
            }
        }

        await WaitForEndAsync(container, Timeout.InfiniteTimeSpan, cancellationToken);
        if (container is { Training: { StopLine: { } last, IgnoresStop: false, Duration: var duration }, EndedAt: { } ended }
            && (duration is null || ended < container.StartedAt + duration)
            && Nanoseconds(ended) + ++order is var time && time > after.Timestamp)
        {
            yield return new OutputLine(OutputStream.Standard, time, last);
        }
    }

    /// <summary>Waits for a container's end, up to a limit.</summary>
    private async Task WaitForEndAsync(FakeContainer container, TimeSpan limit, CancellationToken cancellationToken)
    {
        TaskCompletionSource? end;
        lock (_lock)
        {
            end = container.WaitNeedsLock();
        }

        if (end is not null)
        {
            using var timer = _time.CreateTimer(_ => end.TrySetResult(), null, limit, Timeout.InfiniteTimeSpan);
            using var cancelled = cancellationToken.UnsafeRegister((_, token) => end.TrySetCanceled(token), null);
            await end.Task;
        }
    }

    private FakeContainer? Find(AttemptName attempt)
    {
        lock (_lock)
        {
            return _containers.GetValueOrDefault(attempt);
        }
    }

    private void CheckAvailable()
    {
        if (_unavailable is { } away)
        {
            throw new RuntimeUnavailableException(away.Message);
        }
    }

    private FakeContainer RunNeedsLock(AttemptSpec spec, FakeTraining training)
    {
        if (_containers.TryGetValue(spec.Name, out var existing))
        {
            return existing;
        }

        var seen = new ContainerObservation
        {
            Attempt = spec.Name,
            Rank = 0,
            Incarnation = (++_lastIncarnation).ToString(CultureInfo.InvariantCulture),
            State = ContainerState.Running,
            MemoryLimit = spec.Limits.MemoryBytes,
        };
        var container = new FakeContainer(seen, spec.Application, training, _time.GetUtcNow());
        _containers.Add(spec.Name, container);
        TellNeedsLock(container);
        if (training.Duration == TimeSpan.Zero)
        {
            EndNeedsLock(container, training.ExitCode, training.OutOfMemory);
        }
        else if (training.Duration is { } duration)
        {
            container.EndTimer = _time.CreateTimer(ended => End((FakeContainer)ended!), container, duration, Timeout.InfiniteTimeSpan);
        }

        return container;
    }

    private void End(FakeContainer container)
    {
        lock (_lock)
        {
            EndNeedsLock(container, container.Training.ExitCode, container.Training.OutOfMemory);
        }
    }

    private void StopNeedsLock(FakeContainer container)
    {
        if (container.Seen.State is ContainerState.Running)
        {
            container.Seen = container.Seen with { Signal = container.Training.IgnoresStop ? Signals.Kill : Signals.Terminate };
            EndNeedsLock(container, container.Training.IgnoresStop ? 137 : container.Training.StopExitCode, outOfMemory: false);
        }
    }

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

    private void EndNeedsLock(FakeContainer container, int exitCode, bool outOfMemory)
    {
        if (container.Seen.State is not ContainerState.Running)
        {
            return;
        }

        container.EndTimer?.Dispose();
        container.EndNeedsLock(container.Seen with { State = ContainerState.Ended, ExitCode = exitCode, OutOfMemory = outOfMemory }, _time.GetUtcNow());
        TellNeedsLock(container);
    }

    private void RemoveNeedsLock(AttemptName attempt)
    {
        if (_containers.Remove(attempt, out var container))
        {
            container.EndNeedsLock(container.Seen with { State = ContainerState.Removed }, _time.GetUtcNow());
            container.Dispose();
            TellNeedsLock(container);
        }
    }

    private void TellNeedsLock(FakeContainer container)
    {
        if (container.Training.LosesEvents)
        {
            return;
        }

        for (var i = _watchers.Count - 1; i >= 0; i--)
        {
            if (!_watchers[i].Writer.TryWrite(container.Seen))
            {
                _watchers[i].Writer.TryComplete(new RuntimeUnavailableException("The reader of events is too far behind."));
                _watchers.RemoveAt(i);
            }
        }
    }

    private static async Task LeaveFilesAsync(AttemptSpec spec, FakeTraining training, CancellationToken cancellationToken)
    {
        var output = spec.Mounts.FirstOrDefault(m => m.ContainerPath == spec.Environment.GetValueOrDefault("ORCA_OUTPUT_PATH"))?.HostPath;
        foreach (var (name, content) in output is null ? [] : training.Files)
        {
            if (FakeArtifactStore.TryLeave(output!, name, content))
            {
                continue;
            }

            var path = Path.Combine(output!, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content, cancellationToken);
        }
    }
}
