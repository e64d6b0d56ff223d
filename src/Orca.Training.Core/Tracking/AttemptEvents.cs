using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>Takes the answers and news about one attempt into what is known of it.</summary>
internal static class AttemptEvents
{
    public static AttemptName? NameOf(TrackerEvent happened) => happened switch
    {
        TrackerEvent.StartReturned e => e.Attempt,
        TrackerEvent.StartUnknown e => e.Attempt,
        TrackerEvent.PhaseReached e => e.Attempt,
        TrackerEvent.StopReturned e => e.Attempt,
        TrackerEvent.FetchReturned e => e.Attempt,
        TrackerEvent.Collected e => e.Attempt,
        TrackerEvent.DiskFilled e => e.Attempt,
        TrackerEvent.CollectFailed e => e.Attempt,
        TrackerEvent.Heard e => e.Attempt,
        TrackerEvent.OutputEnded e => e.Attempt,
        TrackerEvent.OutputBroken e => e.Attempt,
        _ => null,
    };

    /// <summary>
    /// A container that is listed as running after its output ended or its stop was done: an engine that went away cut the one, or did
    /// not do the other, and it is asked again.
    /// </summary>
    public static void CheckListed(AttemptFacts attempt, ContainerObservation listed, long listing)
    {
        if (listed is { Rank: 0, State: ContainerState.Running } && attempt.Follow.State is CallState.Done && attempt.OutputEndedSince < listing)
        {
            attempt.Follow.Reopen();
        }

        if (listed is { State: ContainerState.Running } && attempt.Stop.State is CallState.Done && attempt.StoppedSince < listing)
        {
            attempt.Stop.Reopen();
        }
    }

    public static void Take(AttemptFacts attempt, TrackerEvent happened, Now now, TrackerSettings settings, Listings listings, List<TrackerEffect> effects)
    {
        switch (happened)
        {
            case TrackerEvent.StartReturned e:
                attempt.Start.Finish();
                attempt.StartResult = e.Result;
                attempt.IsAborted = false;
                if (e.Result is StartResult.Started started)
                {
                    attempt.Exist(started.Incarnations, listings.Last);
                }

                break;
            case TrackerEvent.DiskFilled e:
                attempt.Overrun ??= EndOutcome.FilledDisk(e.Bytes);
                break;
            case TrackerEvent.StartUnknown e:
                attempt.Start.Fail(e.Error, now, settings);
                break;
            case TrackerEvent.PhaseReached e:
                attempt.Phase = e.Phase;
                break;
            case TrackerEvent.StopReturned { Error: { } error }:
                attempt.Stop.Fail(error, now, settings);
                break;
            case TrackerEvent.StopReturned:
                attempt.Stop.Finish();
                attempt.StoppedSince = listings.Last;
                if (attempt.End is null)
                {
                    // The hint of the end may be lost; the stop is done, so a listing asked for now knows.
                    listings.Ask(attempt.Machine, effects);
                }

                break;
            case TrackerEvent.FetchReturned { Error: { } error }:
                attempt.Fetch.Fail(error, now, settings);
                break;
            case TrackerEvent.FetchReturned e:
                attempt.Fetch.Finish();
                attempt.FetchFailure = e.Failure;
                break;
            case TrackerEvent.Collected e:
                attempt.Collect.Finish();
                attempt.Artifacts = e.Artifacts;
                attempt.ModelVersion = e.ModelVersion;
                attempt.Note = e.Note;
                attempt.CollectFailure = e.Failure;
                break;
            case TrackerEvent.CollectFailed e:
                attempt.Collect.Fail(e.Error, now, settings);
                break;
            case TrackerEvent.Heard e:
                attempt.News = e.Progress;
                attempt.QuietSince = now.Steady;
                break;
            case TrackerEvent.OutputEnded e:
                attempt.Follow.Finish();
                attempt.OutputEndedSince = listings.Last;
                attempt.Output = e.Summary;
                attempt.News = null;
                break;
            case TrackerEvent.OutputBroken e:
                attempt.Follow.Fail(null, now, settings);
                attempt.Output = e.Summary;
                break;
            default:
                break;
        }
    }
}
