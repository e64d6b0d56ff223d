using Orca.Training.Clocks;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>
/// Compares a machine's truth with what is known: what is there and was not seen, what is gone, and what nobody owns.
/// </summary>
internal sealed class ListingComparison(TrackerSettings settings, TrackedJobs jobs, Cleanups cleanups, Strays strays)
{
    /// <summary>Takes a listing in.</summary>
    /// <returns>The jobs on the machine, about which something may be to be done now.</returns>
    public IReadOnlyList<TrackedJob> Compare(TrackerEvent.Listed listed, Now now, List<TrackerEffect> effects)
    {
        // By incarnation: a container that somebody removed and a late start made anew is another one.
        var present = new HashSet<string>();
        foreach (var container in listed.Containers)
        {
            present.Add(container.Incarnation);
            if (jobs.Find(container.Attempt) is { Attempt: { } attempt })
            {
                attempt.See(container);
                AttemptEvents.CheckListed(attempt, container, listed.Number);
            }
            else if (!cleanups.Contains(container.Attempt))
            {
                TakeUnowned(container, listed.Machine, now, effects);
            }
        }

        var here = jobs.WithAttempt(listed.Machine);
        foreach (var attempt in here.Select(t => t.Attempt!).Where(a => a.ExistsSince < listed.Number))
        {
            TakeMissing(attempt, present);
        }

        return here;
    }

    private static void TakeMissing(AttemptFacts attempt, HashSet<string> present)
    {
        for (var rank = 0; rank < attempt.Containers.Length; rank++)
        {
            var incarnation = attempt.Incarnations![rank];
            if (!present.Contains(incarnation))
            {
                attempt.See(new ContainerObservation { Attempt = attempt.Name, Rank = rank, Incarnation = incarnation, State = ContainerState.Removed });
            }
        }
    }

    private void TakeUnowned(ContainerObservation container, string machine, Now now, List<TrackerEffect> effects)
    {
        var (attempt, hasEnded) = (container.Attempt, container.State is ContainerState.Ended);
        if (attempt.Installation == settings.Installation)
        {
            // Most likely its end is on record, or its start was given up, and a crash came between that and its removal.
            strays.Suspect(attempt, machine, hasEnded, effects);
        }
        else
        {
            if (cleanups.IsNews(attempt))
            {
                effects.Add(new TrackerEffect.ReportLeftover(attempt, machine, settings.RemoveLeftovers));
            }

            // Told once, but removed as often as it takes.
            if (settings.RemoveLeftovers)
            {
                cleanups.Add(attempt, machine, hasEnded, now, effects);
            }
        }
    }
}
