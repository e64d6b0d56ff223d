using System.Globalization;
using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Machines;
using Orca.Training.Progress;
using Orca.Training.Text;

namespace Orca.Training.Tracking;

/// <summary>
/// Carries out what the step wants of machines and stores, each effect by itself, and posts the answers. Whatever a call throws
/// becomes an answer: none can harm another, or the loop.
/// </summary>
#pragma warning disable CA1001 // A semaphore that nobody asks for its handle holds nothing.
internal sealed partial class EffectRunner(
    IReadOnlyDictionary<string, Machine> machines,
    RuntimeScope scope,
    IJobStore jobs,
    JobPurge purge,
    AttemptLauncher launcher,
    AttemptLeavings leavings,
    LogWriters logs,
    MetricWriters metrics,
    OrcaTrainingOptions options,
    TrackerWork work,
    TimeProvider time,
    Inbox inbox,
    ILogger logger,
    ForeignFaults faults,
    CancellationToken ending)
#pragma warning restore CA1001
{
    // Removing what a big pool left behind must not flood its engine. Each machine by itself: one that hangs holds up no other.
    private const int CallsAtOnce = 32;

    // Runtimes have their own, shorter limits; this one is for a runtime that has none, or does not heed its token. A start is
    // bounded by the launch's time, output by the time to drain it.
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(2);

    // How many come at once is bounded for the host's disk and net.
    private const int FetchesAtOnce = 4;

    // After a restart all are due at once.
    private const int RenewalsAtOnce = 8;
    private static readonly TimeSpan LongestRenewal = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _renewals = new(RenewalsAtOnce);

    private readonly LookUps _lookUps = new();
    private readonly Abortable _abortable = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, SemaphoreSlim> _calls = machines.Keys.ToDictionary(m => m, _ => new SemaphoreSlim(CallsAtOnce));
    private readonly Dictionary<string, SemaphoreSlim> _fetches = machines.Keys.ToDictionary(m => m, _ => new SemaphoreSlim(FetchesAtOnce));

    // What was begun and has not ended; the runner itself counts as one until it is to finish.
    private int _open = 1;

    private Inbox Inbox => inbox;

    internal int Abortables => _abortable.Count;

    /// <summary>Fails with what escaped from an effect, which then has no answer; it never ends otherwise.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Begins an effect; returns at once.</summary>
    public void Run(TrackerEffect effect)
    {
        switch (effect)
        {
            case TrackerEffect.Abort e:
                _abortable.Abort(e.Attempt);
                break;
            case TrackerEffect.ReportLeftover e:
                logger.Leftover(e.Machine, e.Attempt.ToString(), e.IsRemoved);
                break;
            case TrackerEffect.ReportUnremovable e:
                logger.Unremovable(e.Jobs[0].Error, e.Jobs.Count, e.Jobs[0].Job.Value);
                break;
            case TrackerEffect.ReportPolicyFailure e:
                if (faults.IsNews("The capacity policy", e.Error))
                {
                    logger.PolicyFailed(e.Error);
                }

                break;
            case TrackerEffect.LookUp e:
                if (_lookUps.Add(e.Job))
                {
                    Begin(effect);
                }

                break;
            default:
                Begin(effect);
                break;
        }
    }

    /// <summary>Waits until all that was begun has ended; nothing may be begun any more.</summary>
    public Task FinishAsync()
    {
        End();
        return _finished.Task;
    }

    private void Begin(TrackerEffect effect)
    {
        var errand = new Errand(this, effect);
        _abortable.Note(effect, errand);
        Interlocked.Increment(ref _open);
        // Not on the loop's own thread: a runtime or store may be slow before its first await.
        work.Queue(errand);
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _finished.TrySetResult();
        }
    }

    private async Task RunAsync(Errand errand)
    {
        try
        {
            var answer = AnswerAsync(errand);
            // Most calls are done when they return: only one that is not has to hear of the end.
            using var ends = answer.IsCompleted ? default : ending.UnsafeRegister(static errand => ((Errand)errand!).Cancel(), errand);
            var happened = await answer;
            _abortable.Forget(errand.Effect, errand);
            await inbox.PostAsync(happened, ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // This decider's term is over; the next one asks again.
        }
#pragma warning disable CA1031 // An effect without an answer would be waited for as long as the term lasts.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed.TrySetException(e);
        }
        finally
        {
            _abortable.Forget(errand.Effect, errand);
            End();
        }
    }

    private async ValueTask<TrackerEvent> AnswerAsync(Errand errand) => errand.Effect switch
    {
        TrackerEffect.Start e => await StartAsync(e, errand),
        TrackerEffect.Follow e => await FollowAsync(e, errand),
        TrackerEffect.Fetch e => await FetchAsync(e, errand),
        TrackerEffect.Collect e => await CollectAsync(e, errand),
        TrackerEffect.RenewAccess e => await RenewAsync(e, errand),
        TrackerEffect.LookUp => await LookUpAsync(),
        TrackerEffect.FindExpired e => new TrackerEvent.Expired(await purge.FindAsync(e.Retention, e.Limit, ending)),
        TrackerEffect.Purge e => new TrackerEvent.Purged(await purge.RemoveAsync(e.Jobs, ending)),
        TrackerEffect.List e => await ListAsync(e, errand),
        TrackerEffect.Stop e => new TrackerEvent.StopReturned(e.Attempt, await CallAsync(e.Attempt, e.Machine, "stop", LongestCall + options.StopGrace, errand,
            (runtime, attempt, token) => runtime.StopAsync(attempt, options.StopGrace, token))),
        TrackerEffect.Remove e => new TrackerEvent.RemoveReturned(e.Attempt, await CallAsync(e.Attempt, e.Machine, "remove", LongestCall, errand,
            static (runtime, attempt, token) => runtime.RemoveAsync(attempt, token))),
        _ => throw new InvalidOperationException($"Nothing carries out {errand.Effect.GetType().Name}."),
    };

    private async ValueTask<TrackerEvent> StartAsync(TrackerEffect.Start start, Errand errand)
    {
        if (!machines.ContainsKey(start.Machine))
        {
            return new TrackerEvent.StartUnknown(start.Attempt, NoMachine(start.Machine));
        }

        try
        {
            var starting = launcher.StartAsync(start, machines[start.Machine], errand, errand.Token);
            var result = starting.IsCompleted ? await starting : await starting.AsTask().OrGiveUpAsync(errand.Token);
            return new TrackerEvent.StartReturned(start.Attempt, RuntimeAnswers.Checked(result, start.Job.Request.Workers, start.Machine));
        }
        catch (OperationCanceledException) when (errand.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            return new TrackerEvent.StartUnknown(start.Attempt, "The start was abandoned.");
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, start.Attempt.ToString(), "start", start.Machine);
            return new TrackerEvent.StartUnknown(start.Attempt, HostPaths.Without(e.Message));
        }
    }

    private async ValueTask<TrackerEvent> FollowAsync(TrackerEffect.Follow follow, Errand errand)
    {
        var digest = new OutputDigest(follow.From.Progress);
        try
        {
            machines[follow.Machine].Runtime.Recall(follow.Attempt, follow.Incarnations);
            var recorded = digest.Progress.Position;
            var (log, metric) = (await logs.FindStartAsync(follow.Attempt, rank: 0, recorded), await metrics.FindStartAsync(follow.Attempt, rank: 0, digest.Progress));
            var from = metric < log ? metric : log;
            var lines = machines[follow.Machine].Runtime.ReadOutputAsync(follow.Attempt, rank: 0, from, ending);
            await new OutputFollower(time, logs, metrics, follow.Attempt, rank: 0, errand.HearAsync).FollowAsync(lines, from, digest, errand);
            return new TrackerEvent.OutputEnded(follow.Attempt, Summary(digest, follow.From));
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, follow.Attempt.ToString(), "read output", follow.Machine);
            return new TrackerEvent.OutputBroken(follow.Attempt, Summary(digest, follow.From));
        }
    }

    private static OutputSummary Summary(OutputDigest digest, OutputSummary before) =>
        digest.IsUntouched ? before : new(digest.Progress, digest.Tail is { Count: > 0 } tail ? tail : before.Tail);

    private async ValueTask<TrackerEvent> RenewAsync(TrackerEffect.RenewAccess renew, Errand errand)
    {
        await _renewals.WaitAsync(ending);
        try
        {
            using var over = new CancellationTokenSource(LongestRenewal, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(over.Token, errand.Token);
            await launcher.RenewAsync(renew.Job, renew.Attempt, limit.Token);
            return new TrackerEvent.AccessRenewed(renew.Attempt, IsDone: true);
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.AccessNotRenewed(e, renew.Attempt.ToString());
            return new TrackerEvent.AccessRenewed(renew.Attempt, IsDone: false);
        }
        finally
        {
            _renewals.Release();
        }
    }

    /// <summary>Reads all that is asked for, and what comes meanwhile.</summary>
    /// <returns>The last answer; the others are told before.</returns>
    private async ValueTask<TrackerEvent> LookUpAsync()
    {
        TrackerEvent? last = null;
        while (_lookUps.Take() is { Count: > 0 } batch)
        {
            foreach (var answer in await LookUpAsync(batch))
            {
                if (last is not null)
                {
                    await inbox.PostAsync(last, ending);
                }

                last = answer;
            }
        }

        return last!;
    }

    private async ValueTask<IReadOnlyList<TrackerEvent>> LookUpAsync(IReadOnlyList<JobId> batch)
    {
        try
        {
            var readings = await jobs.ReadAsync(batch, ending);
            return [.. batch.Zip(readings, static (job, reading) => new TrackerEvent.LookedUp(job, reading?.Job, IsAnswer: true))];
        }
        catch (Exception e) when (batch.Count > 1 && e is not JobStoreUnavailableException && !IsEnding(e))
        {
            // One of them cannot be read: the others must not wait for it for ever.
            var found = new List<TrackerEvent>(batch.Count);
            foreach (var job in batch)
            {
                found.AddRange(await LookUpAsync([job]));
            }

            return found;
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.LookUpFailed(e, batch[0].Value);
            return [.. batch.Select(static job => new TrackerEvent.LookedUp(job, null, IsAnswer: false))];
        }
    }

    private async ValueTask<TrackerEvent> ListAsync(TrackerEffect.List list, Errand errand)
    {
        try
        {
            var listing = machines[list.Machine].Runtime.ListAsync(scope, errand.Token);
            await LimitAsync(listing, list.Machine, LongestCall, errand);
            return new TrackerEvent.Listed(list.Machine, list.Number, RuntimeAnswers.Checked(await listing, list.Machine));
        }
        catch (Exception e) when (!IsEnding(e))
        {
            // Its watcher tells the operator that the machine is not there.
            logger.ListFailed(e, list.Machine);
            return new TrackerEvent.ListFailed(list.Machine, list.Number);
        }
    }

    private async ValueTask<string?> CallAsync(
        AttemptName attempt,
        string machine,
        string call,
        TimeSpan limit,
        Errand errand,
        Func<IContainerRuntime, AttemptName, CancellationToken, Task> act)
    {
        if (!_calls.TryGetValue(machine, out var places))
        {
            return NoMachine(machine);
        }

        await places.WaitAsync(ending);
        try
        {
            await LimitAsync(act(machines[machine].Runtime, attempt, errand.Token), machine, limit, errand);
            return null;
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, attempt.ToString(), call, machine);
            return HostPaths.Without(e.Message);
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Waits for a call up to a limit, and then gives its errand up. One that is done already costs no timer.</summary>
    private async ValueTask LimitAsync(Task call, string machine, TimeSpan limit, Errand errand)
    {
        if (call.IsCompleted)
        {
            await call;
            return;
        }

        using var over = new CancellationTokenSource(limit, time);
        using var givesUp = over.Token.UnsafeRegister(static errand => ((Errand)errand!).Cancel(), errand);
        try
        {
            await call.OrGiveUpAsync(errand.Token);
        }
        catch (OperationCanceledException e) when (over.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            throw new RuntimeUnavailableException(string.Create(CultureInfo.InvariantCulture, $"Machine '{machine}' did not answer within {limit.TotalSeconds:0} s."), e);
        }
    }

    private static string NoMachine(string machine) => $"This host has no machine '{machine}'. It had this machine when the training was placed there: add it again.";

    private bool IsEnding(Exception e) => e is OperationCanceledException && ending.IsCancellationRequested;

    /// <summary>
    /// One effect on its way: it is its own work item, what gives it up, and who passes on what comes before its answer. Four of these a
    /// job make a few objects each worth saving. It has no timer and no handle, so it is never disposed and can be given up at any time.
    /// </summary>
    private sealed class Errand(EffectRunner runner, TrackerEffect effect) : CancellationTokenSource, IThreadPoolWorkItem, IProgress<LaunchPhase>
    {
        public TrackerEffect Effect { get; } = effect;

        public void Execute() => _ = runner.RunAsync(this);

        /// <summary>Without waiting: a phase that finds the inbox full is dropped, the next one says more anyway.</summary>
        public void Report(LaunchPhase value)
        {
            if (Effect is TrackerEffect.Start start)
            {
                runner.Inbox.TryPost(new TrackerEvent.PhaseReached(start.Attempt, value));
            }
        }

        public ValueTask HearAsync(TrainingProgress news) =>
            Effect is TrackerEffect.Follow follow
                ? runner.Inbox.PostAsync(new TrackerEvent.Heard(follow.Attempt, news), Token)
                : ValueTask.CompletedTask;
    }
}
