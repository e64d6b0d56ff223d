using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Text;

namespace Orca.Training.Tracking;

/// <summary>Brings back and reads what attempts left.</summary>
internal sealed partial class EffectRunner
{
    private async ValueTask<TrackerEvent> FetchAsync(TrackerEffect.Fetch fetch, Errand errand)
    {
        if (!_fetches.TryGetValue(fetch.Machine, out var places))
        {
            return new TrackerEvent.FetchReturned(fetch.Attempt, NoMachine(fetch.Machine), Failure: null);
        }

        var hasPlace = false;
        try
        {
            await places.WaitAsync(errand.Token);
            hasPlace = true;
            var (isOver, failure) = await WithinAsync(leavings.FetchAsync(machines[fetch.Machine].Runtime, fetch.Attempt, errand.Token), errand);
            return new TrackerEvent.FetchReturned(fetch.Attempt, Error: null, isOver ? leavings.TooLong("brought here") : failure);
        }
        catch (OperationCanceledException) when (errand.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            return new TrackerEvent.FetchReturned(fetch.Attempt, "It was abandoned.", Failure: null);
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, fetch.Attempt.ToString(), "fetch", fetch.Machine);
            return new TrackerEvent.FetchReturned(fetch.Attempt, HostPaths.Without(e.Message), Failure: null);
        }
        finally
        {
            if (hasPlace)
            {
                places.Release();
            }
        }
    }

    private async ValueTask<TrackerEvent> CollectAsync(TrackerEffect.Collect collect, Errand errand)
    {
        try
        {
            var collected = leavings.CollectAsync(collect, errand.Token);
            var (isOver, found) = collected.IsCompleted ? (false, await collected) : await WithinAsync(collected.AsTask(), errand);
            var answer = isOver ? leavings.TookTooLong(collect.Attempt) : found!;
            if (answer.Note is { } note)
            {
                logger.LeftOut(collect.Attempt.ToString(), note);
            }

            return answer;
        }
        catch (OperationCanceledException) when (errand.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            return new TrackerEvent.CollectFailed(collect.Attempt, "It was abandoned.");
        }
        catch (Exception e) when (!IsEnding(e))
        {
            logger.CallFailed(e, collect.Attempt.ToString(), "collect", "");
            return new TrackerEvent.CollectFailed(collect.Attempt, HostPaths.Without(e.Message));
        }
    }

    /// <summary>Waits for what was left as long as that may take, and gives it up then: another try would take as long.</summary>
    private async Task<(bool IsOver, T? Result)> WithinAsync<T>(Task<T> work, Errand errand)
    {
        using var over = new CancellationTokenSource(leavings.LongestTime, time);
        using var givesUp = over.Token.UnsafeRegister(static errand => ((Errand)errand!).Cancel(), errand);
        try
        {
            return (false, await work.OrGiveUpAsync(errand.Token));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            return (true, default);
        }
    }
}
