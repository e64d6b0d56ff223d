using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Orca.Training.Artifacts;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Progress;

namespace Orca.Training.Tracking;

/// <summary>
/// Carries out what the step wants of machines and stores, each effect by itself, and posts the answers. Whatever a call throws
/// becomes an answer: none can harm another, or the loop.
/// </summary>
internal sealed class EffectRunner(
    IReadOnlyDictionary<string, Machine> machines,
    RuntimeScope scope,
    AttemptLauncher launcher,
    IArtifactStore artifacts,
    ILogStore logs,
    OrcaTrainingOptions options,
    TrackerWork work,
    TimeProvider time,
    Inbox inbox,
    ILogger logger,
    CancellationToken ending)
{
    // Removing what a big pool left behind must not flood its engine. Each machine by itself: one that hangs holds up no other.
    private const int CallsAtOnce = 32;

    // Runtimes have their own, shorter limits; this one is for a runtime that has none, or does not heed its token. A start is
    // bounded by the launch's time, output by the time to drain it.
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<AttemptName, CancellationTokenSource> _starts = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly Dictionary<string, SemaphoreSlim> _calls = machines.Keys.ToDictionary(m => m, _ => new SemaphoreSlim(CallsAtOnce));

    /// <summary>Begins an effect; returns at once.</summary>
    public void Run(TrackerEffect effect)
    {
        switch (effect)
        {
            case TrackerEffect.AbortStart e:
                Abort(e.Attempt);
                break;
            case TrackerEffect.Start e:
                // Noted here and not by the work itself, or an abort that comes before the work begins would find nothing.
                var giveUp = _starts[e.Attempt] = CancellationTokenSource.CreateLinkedTokenSource(ending);
                Keep(work.Run(() => RunAsync(() => StartAsync(e, giveUp))));
                break;
            case TrackerEffect.ReportLeftover e:
                logger.Leftover(e.Machine, e.Attempt.ToString(), e.IsRemoved);
                break;
            case TrackerEffect.ReportPolicyFailure e:
                logger.PolicyFailed(e.Error);
                break;
            default:
                // Not on the loop's own thread: a runtime or store may be slow before its first await.
                Keep(work.Run(() => RunAsync(() => AnswerAsync(effect))));
                break;
        }
    }

    /// <summary>Waits until all that was begun has ended.</summary>
    public async Task FinishAsync()
    {
        while (!_running.IsEmpty)
        {
            await Task.WhenAll(_running.Keys);
        }
    }

    private void Abort(AttemptName attempt)
    {
        try
        {
            if (_starts.TryGetValue(attempt, out var start))
            {
                start.Cancel();
            }
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself; its answer is on the way.
        }
    }

    private void Keep(Task task)
    {
        _running.TryAdd(task, 0);
        task.ContinueWith((t, running) => ((ConcurrentDictionary<Task, byte>)running!).TryRemove(t, out _), _running, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task<TrackerEvent> AnswerAsync(TrackerEffect effect) => effect switch
    {
        TrackerEffect.Follow e => await FollowAsync(e),
        TrackerEffect.Collect e => await CollectAsync(e),
        TrackerEffect.List e => await ListAsync(e),
        TrackerEffect.Stop e => new TrackerEvent.StopReturned(e.Attempt, await CallAsync(e.Attempt, e.Machine, "stop", LongestCall + options.StopGrace,
            (runtime, token) => runtime.StopAsync(e.Attempt, options.StopGrace, token))),
        TrackerEffect.Remove e => new TrackerEvent.RemoveReturned(e.Attempt, await CallAsync(e.Attempt, e.Machine, "remove", LongestCall,
            (runtime, token) => runtime.RemoveAsync(e.Attempt, token))),
        _ => throw new InvalidOperationException($"Nothing carries out {effect.GetType().Name}."),
    };

    private async Task RunAsync(Func<Task<TrackerEvent>> act)
    {
        try
        {
            await inbox.PostAsync(await act(), ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // This decider's term is over; the next one asks again.
        }
    }

    private async Task<TrackerEvent> StartAsync(TrackerEffect.Start start, CancellationTokenSource giveUp)
    {
        using var ends = giveUp;
        try
        {
            var phases = new PhasePoster(start.Attempt, inbox);
            var result = await launcher.StartAsync(start, machines[start.Machine], phases, giveUp.Token).WaitAsync(giveUp.Token);
            return new TrackerEvent.StartReturned(start.Attempt, result);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            return new TrackerEvent.StartUnknown(start.Attempt, "The start was given up.");
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, start.Attempt.ToString(), "start", start.Machine);
            return new TrackerEvent.StartUnknown(start.Attempt, e.Message);
        }
        finally
        {
            _starts.TryRemove(start.Attempt, out _);
        }
    }

    private async Task<TrackerEvent> FollowAsync(TrackerEffect.Follow follow)
    {
        var digest = new OutputDigest(follow.From.Progress, follow.From.Announced);
        try
        {
            var log = new LogWriter(logs, follow.Attempt, rank: 0, work, time, logger, ending);
            var from = await log.FindStartAsync(digest.Progress.Position);
            var lines = machines[follow.Machine].Runtime.ReadOutputAsync(follow.Attempt, rank: 0, from, ending);
            var follower = new OutputFollower(time, log, progress => inbox.PostAsync(new TrackerEvent.Heard(follow.Attempt, progress), ending));
            await follower.FollowAsync(lines, from, digest, ending);
            return new TrackerEvent.OutputEnded(follow.Attempt, Summary(digest, follow.From));
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, follow.Attempt.ToString(), "read output", follow.Machine);
            return new TrackerEvent.OutputBroken(follow.Attempt, Summary(digest, follow.From));
        }
    }

    private static OutputSummary Summary(OutputDigest digest, OutputSummary before) =>
        new(digest.Progress, digest.Announced, digest.Tail is { Count: > 0 } tail ? tail : before.Tail);

    private async Task<TrackerEvent> CollectAsync(TrackerEffect.Collect collect)
    {
        try
        {
            var found = await artifacts.CollectAsync(collect.Attempt, collect.Announced, ending);
            return new TrackerEvent.Collected(collect.Attempt, found, Failure: null);
        }
        catch (ArtifactException e)
        {
            return new TrackerEvent.Collected(collect.Attempt, [], new Outcome(OutcomeCode.ArtifactMissing, e.Message, 0));
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, collect.Attempt.ToString(), "collect", "");
            return new TrackerEvent.CollectFailed(collect.Attempt, e.Message);
        }
    }

    private async Task<TrackerEvent> ListAsync(TrackerEffect.List list)
    {
        try
        {
            var found = await LimitedAsync(list.Machine, LongestCall, token => machines[list.Machine].Runtime.ListAsync(scope, token));
            return new TrackerEvent.Listed(list.Machine, list.Number, found);
        }
        catch (Exception e) when (!IsEnding(e))
        {
            // Its watcher tells the operator that the machine is not there.
            logger.ListFailed(e, list.Machine);
            return new TrackerEvent.ListFailed(list.Machine, list.Number);
        }
    }

    private async Task<string?> CallAsync(AttemptName attempt, string machine, string call, TimeSpan limit, Func<IContainerRuntime, CancellationToken, Task> act)
    {
        if (!_calls.TryGetValue(machine, out var places))
        {
            return $"This host has no machine '{machine}'.";
        }

        await places.WaitAsync(ending);
        try
        {
            return await LimitedAsync<string?>(machine, limit, async token =>
            {
                await act(machines[machine].Runtime, token);
                return null;
            });
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, attempt.ToString(), call, machine);
            return e.Message;
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<T> LimitedAsync<T>(string machine, TimeSpan limit, Func<CancellationToken, Task<T>> call)
    {
        using var over = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, over.Token);
        try
        {
            return await call(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (over.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            throw new RuntimeUnavailableException(string.Create(CultureInfo.InvariantCulture, $"Machine '{machine}' did not answer within {limit.TotalSeconds:0} s."), e);
        }
    }

    private bool IsEnding(Exception e) => e is OperationCanceledException && ending.IsCancellationRequested;

    /// <summary>Posts phases without waiting: a phase that finds the inbox full is dropped, the next one says more anyway.</summary>
    private sealed class PhasePoster(AttemptName attempt, Inbox inbox) : IProgress<LaunchPhase>
    {
        public void Report(LaunchPhase value) => inbox.TryPost(new TrackerEvent.PhaseReached(attempt, value));
    }
}
