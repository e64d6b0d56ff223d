using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Diagnostics;
using Orca.Training.Disk;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Queueing;
using Orca.Training.Runs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Tracking;

/// <summary>The job tracker: becomes the decider, decides for as long as the lease holds, and ends in order.</summary>
internal sealed class TrackerService(
    IOptionsMonitor<OrcaTrainingOptions> options,
    IEnumerable<Machine> machines,
    IJobStore store,
    IDatasetStore datasets,
    IArtifactStore artifacts,
    ILogStore logs,
    IRunStore runs,
    IModelStore models,
    IMetricStore metricSeries,
    IEnumerable<IPlaceAccess> accesses,
    IServiceScopeFactory scopes,
    IHostEnvironment environment,
    TrackerWork work,
    TimeProvider time,
    TrackerState state,
    CurrentPools pools,
    QueueView queue,
    TrainingMetrics metrics,
    ForeignFaults faults,
    ILogger<TrackerService> hostLogger) : IDisposable
{
    // The tracker tells what it does in the middle of doing it.
    private readonly SafeLogger _logger = new(hostLogger, faults);
    private readonly Suspects _suspects = new();
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly OrcaTrainingOptions _atStart = options.CurrentValue;
    private readonly Machine[] _machines = [.. machines];
    private readonly IPlaceAccess? _access = accesses.LastOrDefault();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private (DeciderTerm Term, Inbox Inbox)? _current;
    private readonly EarlierHosts _earlierHosts = new([artifacts, logs], options.CurrentValue.RemoveLeftoverFiles, new SafeLogger(hostLogger, faults));
    private Task _running = Task.CompletedTask;
    private Task _looking = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        MachineChecks.Check(_machines, datasets, artifacts, _access);
        if (string.Join(", ", SharedStores.Missing(store, datasets, artifacts, logs)) is { Length: > 0 } unshared)
        {
            _logger.NotShared(unshared);
        }

        if (string.Join(", ", SharedStores.InMemory(store, runs, models, metricSeries)) is { Length: > 0 } inMemory)
        {
            _logger.KeptInMemory(inMemory);
        }

        // A policy that cannot be made is told here, and not by every term.
        var policy = new TermPolicy(scopes);
        try
        {
            policy.Make();
        }
        finally
        {
            await policy.DisposeAsync(faults);
        }

        _looking = work.Run(() => LookAtEarlierHostsAsync(_stopping.Token));
        state.Is(TrackerRole.Starting);
        _running = work.Run(() => RunAsync(_stopping.Token));
    }

    /// <summary>
    /// Ends the deciding. With a store that keeps nothing, the trainings end too; with a durable one they go on and are found again, or,
    /// if the settings say so, wait in the queue.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!store.IsDurable || _atStart.RequeueOnStop)
        {
            await DrainAsync(cancellationToken);
        }

        state.Is(TrackerRole.Stopped);
        _stopping.Cancel();
        await Task.WhenAll(_running, _looking).WaitAsync(cancellationToken).Quietly();
    }

    // The source of the stopping token is left to the collector: a host can be stopped once more while or after it is disposed, as by a test's
    // factory beside the program that it runs.
    public void Dispose() => _earlierHosts.Dispose();

    private async Task LookAtEarlierHostsAsync(CancellationToken cancellationToken)
    {
        string? ending;
        try
        {
            // An installation in this process's memory ends with it; any other one has hosts after this one, or beside it.
            ending = store.IsDurable || store.IsShared ? null : (await store.GetInstallationAsync(cancellationToken)).Value;
        }
#pragma warning disable CA1031 // A store that does not answer is told by the term, which asks for the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }

        _earlierHosts.Look(ending, cancellationToken);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        (DeciderTerm Term, Inbox Inbox)? current;
        lock (_lock)
        {
            current = _current;
        }

        if (current is not { } open)
        {
            return;
        }

        try
        {
            await open.Inbox.PostAsync(new TrackerEvent.Drain(), cancellationToken);
            await open.Term.Idle.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _logger.DrainIncomplete();
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await RunTermAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (StaleFenceException)
            {
                _logger.LeaseLost();
                state.Is(TrackerRole.Starting);
            }
            catch (StepFailedException e)
            {
                TakeStepFailure(e);
                await Task.Delay(PauseAfterFailure, time, cancellationToken).Quietly();
            }
#pragma warning disable CA1031 // The decider starts over from what is on record, whatever happened.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.TermFailed(e, PauseAfterFailure);
                state.Is(TrackerRole.Failing, e);
                await Task.Delay(PauseAfterFailure, time, cancellationToken).Quietly();
            }
        }
    }

    private void TakeStepFailure(StepFailedException failure)
    {
        var cause = failure.InnerException!;
        _logger.StepFailed(cause, failure.Happened, failure.Job);
        faults.IsNews(failure.Job is { } about ? $"A decision about job {about}" : $"A decision on {failure.Happened}", cause);
        if (failure.Job is { } job && _suspects.Blame(job, cause) is var failures and >= Suspects.MostFailures)
        {
            _logger.JobSetAside(job, failures);
        }

        state.Is(TrackerRole.Failing, failure);
    }

    private async Task RunTermAsync(CancellationToken cancellationToken)
    {
        var lease = new Lease(store, _atStart.LeaseDuration, time);
        var fence = await lease.AcquireAsync(cancellationToken, () => state.Is(TrackerRole.Waiting));
        state.Is(TrackerRole.Deciding);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var installation = await store.GetInstallationAsync(cancellationToken);
        _logger.Deciding(installation.Value, _machines.Length, fence.Term);

        var inbox = new Inbox();
        var scope = new RuntimeScope(_atStart.ApplicationName ?? environment.ApplicationName, installation);
        var launcher = new AttemptLauncher(options, scope.Application, datasets, artifacts, _access, runs, models, time, faults);
        var logWriters = new LogWriters(logs, work, time, _logger, ending.Token);
        var metricWriters = new MetricWriters(metricSeries, work, time, _logger, ending.Token);
        var purge = new JobPurge(installation, store, artifacts, models, logs, _atStart.Retention, fence, time, _logger);
        var effects = new EffectRunner(
            _machines.ToDictionary(m => m.Name), scope, store, purge, launcher, new AttemptLeavings(artifacts, models, _atStart.Leavings), logWriters, metricWriters, _atStart, work, time, inbox, _logger, faults, ending.Token);
        var policy = new TermPolicy(scopes);
        using var observer = new JobObserver(metrics, _logger, faults);
        var core = NewCore(installation, observer, policy);
        var term = new DeciderTerm(core, effects, inbox, store, fence, queue, time, metrics, _logger);
        lock (_lock)
        {
            _current = (term, inbox);
        }

        using var reloads = options.OnChange(_ => term.Configure(Pools));

        // The first of these to end, ends the term.
        var tasks = WatchDisks(installation, inbox, ending.Token).Concat(_machines.Select(m => new MachineWatcher(m, scope, _atStart.ReconcilePeriod, time, inbox, _logger).RunAsync(ending.Token)))
            .Concat(_atStart.Retention.KeepRunsFor is { } keep ? [new RunSweep(runs, _atStart.Retention, time, _logger).RunAsync(keep, ending.Token)] : [])
            .Prepend(lease.KeepAsync(fence, ending.Token, _logger.RenewalFailed))
            .Prepend(effects.Failed)
            .Prepend(term.RunAsync(ending.Token))
            .ToArray();
        try
        {
            await (await Task.WhenAny(tasks));
        }
        finally
        {
            ending.Cancel();
            // Bounded: who does not heed the token must not keep the next term. What comes late is fenced or harmless to repeat.
            await Task.WhenAll(tasks.Where(t => t != effects.Failed)).WaitAsync(EndLimit, time, CancellationToken.None).Quietly();
            await effects.FinishAsync().WaitAsync(EndLimit, time, CancellationToken.None).Quietly();
            await ReleaseAsync(fence);
            await policy.DisposeAsync(faults);
        }
    }

    /// <summary>What ended the term is told, and not that the lease could not be given back, which ends by itself.</summary>
    private async Task ReleaseAsync(Fence fence)
    {
        using var limit = new CancellationTokenSource(EndLimit, time);
        try
        {
            await store.ReleaseLeaseAsync(fence, limit.Token);
        }
#pragma warning disable CA1031 // Whatever the store's error is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.LeaseNotReleased(e);
        }
    }

    private IEnumerable<Task> WatchDisks(InstallationId installation, Inbox inbox, CancellationToken cancellationToken)
    {
        IOnDisk[] onDisk = [.. new object[] { store, datasets, artifacts, logs }.OfType<IOnDisk>()];
        if (onDisk.Length == 0 || _atStart.Disk.KeepFreeMiB == 0)
        {
            return [];
        }

        var rule = new DiskRule((long)_atStart.Disk.KeepFreeMiB << 20, (long)_atStart.Disk.StopBelowMiB << 20);
        return [new DiskWatch(rule, _atStart.Disk.Period, onDisk, installation, store, artifacts, state, time, inbox, _logger).RunAsync(cancellationToken)];
    }

    private TrackerCore NewCore(InstallationId installation, JobObserver observer, ICapacityPolicy policy)
    {
        var settings = new TrackerSettings
        {
            Installation = installation,
            ReconcilePeriod = _atStart.ReconcilePeriod,
            LaunchTimeout = _atStart.LaunchTimeout,
            LongestRun = _atStart.Limits.Cap,
            RemoveLeftovers = _atStart.RemoveLeftovers,
            FailUnplaceable = _atStart.FailUnplaceable,
            Retention = _atStart.Retention,
            SetAside = _suspects.SetAside,
            StoreForgets = !store.IsDurable,
            DrainsToQueue = store.IsDurable,
            AccessPeriod = datasets.IsOnHost && artifacts.IsOnHost ? null : _access?.RenewalPeriod,
            CopyingMachines = _machines.Where(m => m.Runtime.Abilities.CopiesFolders).Select(m => m.Name).ToHashSet(StringComparer.Ordinal),
        };
        var offers = _machines.Select(m => new MachineFacts(m.Name, m.Capacity ?? default));
        var scheduler = new Scheduler(policy, offers, Pools(), time.GetUtcNow());
        return new TrackerCore(settings, scheduler, [.. _machines.Select(m => m.Name)], DemandOf, j => Demands.PoolOf(j, pools.Settings), observer);
    }

    private IReadOnlyList<PoolFacts> Pools() => Demands.PoolsOf(pools.Settings);

    private Demand DemandOf(TrainingRequest request) => Demands.Of(request, options.CurrentValue);
}
