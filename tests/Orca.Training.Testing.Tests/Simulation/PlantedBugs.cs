using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Machines;
using Orca.Training.Testing.Simulation;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Tests.Simulation;

/// <summary>Mistakes that one could make in the tracker or a store, each of which the simulator must find.</summary>
internal static class PlantedBugs
{
    /// <summary>Starts an attempt when it is decided, not when it is recorded.</summary>
    public sealed class StartsBeforeRecorded : PlantedBug
    {
        public override void Leave(TrackerEvent happened, List<TrackerEffect> effects)
        {
            foreach (var begin in effects.OfType<TrackerEffect.Commit>().Select(c => c.Command).OfType<JobCommand.BeginAttempt>().ToList())
            {
                var name = new AttemptName(new InstallationId("sim"), new AttemptId(begin.Job, begin.Number));
                var job = new Job { Id = begin.Job, Request = new TrainingRequest { Algorithm = "a", DatasetId = "d" }, SubmittedAt = begin.At };
                effects.Insert(0, new TrackerEffect.Start(name, begin.Machine, job));
            }
        }
    }

    /// <summary>Removes a container as soon as its end is seen, not when it is recorded.</summary>
    public sealed class RemovesBeforeRecorded : PlantedBug
    {
        public override void Leave(TrackerEvent happened, List<TrackerEffect> effects)
        {
            if (happened is TrackerEvent.Observed { Container: { State: ContainerState.Ended } ended } observed)
            {
                effects.Add(new TrackerEffect.Remove(ended.Attempt, observed.Machine));
            }
        }
    }

    /// <summary>Never removes a container.</summary>
    public sealed class ForgetsContainers : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) =>
            [happened is TrackerEvent.Listed listed ? listed with { Containers = [.. listed.Containers.Where(c => c.State is ContainerState.Running)] } : happened];

        public override void Leave(TrackerEvent happened, List<TrackerEffect> effects) => effects.RemoveAll(e => e is TrackerEffect.Remove);
    }

    /// <summary>Takes what a listing does not show for gone, also when it was started after the listing was asked for.</summary>
    public sealed class TrustsOldListings : PlantedBug
    {
        private readonly Dictionary<AttemptName, string> _started = [];

        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened)
        {
            if (happened is TrackerEvent.StartReturned { Result: StartResult.Started started } start)
            {
                _started[start.Attempt] = started.Incarnations[0];
            }

            if (happened is TrackerEvent.Listed listed)
            {
                foreach (var (attempt, incarnation) in _started.Where(s => !listed.Containers.Any(c => c.Attempt == s.Key)))
                {
                    yield return new TrackerEvent.Observed(
                        listed.Machine, new ContainerObservation { Attempt = attempt, Rank = 0, Incarnation = incarnation, State = ContainerState.Removed });
                }
            }

            yield return happened;
        }
    }

    /// <summary>Does not try a start again whose answer was lost.</summary>
    public sealed class ForgetsUnansweredStarts : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) => happened is TrackerEvent.StartUnknown ? [] : [happened];
    }

    /// <summary>Cancels what has already ended.</summary>
    public sealed class CancelsWhatEnded : PlantedBug
    {
        public override CommandResult? Apply(SimulatedStore store, JobCommand.OnJob command)
        {
            if (command is not JobCommand.RequestCancel || store.Find(command.Job) is not { State: JobState.Succeeded } job)
            {
                return null;
            }

            var cancelled = job with { State = JobState.Cancelled, Revision = job.Revision + 1 };
            store.Write(cancelled);
            return new CommandResult(Rejection.None, cancelled);
        }
    }

    /// <summary>Goes on after a machine could not bring back what an attempt wrote.</summary>
    public sealed class TakesAFailedFetchForDone : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) =>
            [happened is TrackerEvent.FetchReturned fetch ? fetch with { Error = null } : happened];
    }

    /// <summary>A decision is written whatever its term.</summary>
    public sealed class WritesWithoutItsTerm : PlantedBug
    {
        public override bool IgnoresRefusals => true;

        public override CommandResult? Apply(SimulatedStore store, JobCommand.OnJob command) => command.NeedsFence ? store.Apply(command, store.Term) : null;
    }

    /// <summary>Waits for ever for a commit that was not answered.</summary>
    public sealed class WaitsForALostAnswer : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) => happened is TrackerEvent.CommitFailed ? [] : [happened];
    }

    /// <summary>Removes what it does not know without asking the store.</summary>
    public sealed class RemovesWhatItDoesNotKnow : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) => [happened is TrackerEvent.LookedUp { Found.OpenAttempt: not null } looked ? looked with { Found = null, IsAnswer = true } : happened];
    }

    /// <summary>Does not see what a job waits for.</summary>
    public sealed class OverlooksDependencies : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) =>
            [OnJobs(happened, job => job with { Request = job.Request with { DependsOn = [] } })];
    }

    /// <summary>Never learns how a job stands that others wait for and that ended before it began to decide.</summary>
    public sealed class NeverLooksUp : PlantedBug
    {
        public override void Leave(TrackerEvent happened, List<TrackerEffect> effects) => effects.RemoveAll(e => e is TrackerEffect.LookUp);
    }

    /// <summary>Tries again whatever the policy says.</summary>
    public sealed class RetriesBeyondThePolicy : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) =>
            [OnJobs(happened, job => job with { Request = job.Request with { Retries = job.Request.Retries is { } policy ? policy with { MaxRetries = policy.MaxRetries + 1 } : null } })];
    }

    /// <summary>Gives up where the policy would try again.</summary>
    public sealed class ForgetsToRetry : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) => [OnJobs(happened, job => job with { Request = job.Request with { Retries = null } })];
    }

    /// <summary>A store that lets a held job start.</summary>
    public sealed class StartsWhatIsHeld : PlantedBug
    {
        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened) => [OnJobs(happened, job => job with { HeldAt = null })];

        public override CommandResult? Apply(SimulatedStore store, JobCommand.OnJob command)
        {
            if (command is not JobCommand.BeginAttempt || store.Find(command.Job) is not { HeldAt: { } since } held)
            {
                return null;
            }

            var rejection = JobTransitions.Apply(held with { HeldAt = null }, command, out var next);
            if (next is not null)
            {
                store.Write(next with { HeldAt = since });
            }

            return new CommandResult(rejection, next ?? held);
        }
    }

    /// <summary>A store that forgets which job a key stands for.</summary>
    public sealed class ForgetsWhatAKeyStandsFor : PlantedBug
    {
        public override bool ForgetsKeys => true;
    }

    /// <summary>Does not load the open jobs anew when the feed was truncated, but goes on from there.</summary>
    public sealed class GoesOnAfterTruncation : PlantedBug
    {
        private bool _isLoaded;

        public override IEnumerable<TrackerEvent> Enter(TrackerEvent happened)
        {
            var isAgain = happened is TrackerEvent.Loaded && _isLoaded;
            _isLoaded |= happened is TrackerEvent.Loaded;
            return [isAgain ? new TrackerEvent.Loaded([]) : happened];
        }
    }

    /// <summary>Begins anew after a step that failed, and does not remember which job it was about.</summary>
    public sealed class BlamesNobodyForAFailedStep : PlantedBug
    {
        public override bool BlamesNobody => true;
    }

    /// <summary>Counts the time by a clock that jumps.</summary>
    public sealed class WaitsByTheWallClock : PlantedBug
    {
        public override bool CountsByTheWallClock => true;
    }

    private static TrackerEvent OnJobs(TrackerEvent happened, Func<Job, Job> change) => happened switch
    {
        TrackerEvent.Loaded loaded => new TrackerEvent.Loaded([.. loaded.Jobs.Select(change)]),
        TrackerEvent.Changed changed => new TrackerEvent.Changed([.. changed.Jobs.Select(change)]),
        TrackerEvent.Committed { Result.Job: { } job } committed => committed with { Result = committed.Result with { Job = change(job) } },
        _ => happened,
    };
}
