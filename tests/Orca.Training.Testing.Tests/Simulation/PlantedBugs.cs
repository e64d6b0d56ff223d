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
}
