using Orca.Training.Clocks;
using Orca.Training.Jobs;

namespace Orca.Training.Tracking;

/// <summary>
/// Containers of this installation that belong to no attempt which is open, as far as this decider knows. It may be behind, or have been
/// replaced by another one without having heard of it, and a removal cannot be fenced: so the store is asked first. An attempt that the
/// store knows of and that is not open has ended for good.
/// </summary>
internal sealed class Strays(Cleanups cleanups)
{
    private readonly Dictionary<JobId, HashSet<(AttemptName Attempt, string Machine, bool HasEnded)>> _suspected = [];

    /// <summary>A listing shows such a container.</summary>
    public void Suspect(AttemptName attempt, string machine, bool hasEnded, List<TrackerEffect> effects)
    {
        var job = attempt.Attempt.Job;
        if (!_suspected.TryGetValue(job, out var attempts))
        {
            _suspected.Add(job, attempts = []);
            effects.Add(new TrackerEffect.LookUp(job));
        }

        attempts.Add((attempt, machine, hasEnded));
    }

    /// <summary>The store has said how the job stands. Where that does not settle it, the next listing asks again.</summary>
    public void Answer(JobId job, Job? found, bool isAnswer, Now now, List<TrackerEffect> effects)
    {
        if (!_suspected.Remove(job, out var attempts) || !isAnswer)
        {
            return;
        }

        // Of several ranks one that runs decides.
        foreach (var (attempt, machine, hasEnded) in attempts.OrderBy(a => a.HasEnded))
        {
            var number = attempt.Attempt.Number;
            if (found is null || (found.LastAttempt >= number && found.OpenAttempt?.Number != number))
            {
                cleanups.Add(attempt, machine, hasEnded, now, effects);
            }
        }
    }
}
