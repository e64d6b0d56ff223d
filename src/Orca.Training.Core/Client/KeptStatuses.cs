using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>
/// The latest statuses that callers were given: they ask for the same job again and again, and mostly nothing has changed. A job at one
/// revision and at one place in the queue has one status, so to look at these is enough. Thread-safe.
/// </summary>
internal sealed class KeptStatuses
{
    // A job's place is its id's remainder, so that jobs of one time do not push each other out.
    private const int Places = 256;

    private readonly TrainingStatus?[] _latest = new TrainingStatus?[Places];

    /// <summary>Whether a status is small enough to be kept by hundreds: 64 KiB.</summary>
    public static bool IsKept(TrainingStatus status) => AnswerSize.Of(status) <= 64 * 1024;

    /// <summary>The status of a job as it was read; the very one that was given before if it is still right.</summary>
    /// <param name="reading">The job.</param>
    /// <param name="installation">Whose it is.</param>
    /// <param name="unfinished">What it waits for. That changes without a change of the job, so the status of one that waits is not kept.</param>
    public TrainingStatus Of(JobReading reading, InstallationId installation, IReadOnlySet<JobId> unfinished)
    {
        if (unfinished.Count > 0)
        {
            return TrainingStatus.Of(reading, installation, unfinished);
        }

        ref var place = ref _latest[(ulong)reading.Job.Id.Value % Places];
        if (Volatile.Read(ref place) is { } kept && kept.Position == new WatchPosition(reading.Job.Id, installation, reading.Job.Revision)
            && kept.QueuePosition == reading.QueuePosition && kept.Why == reading.Why)
        {
            return kept;
        }

        var status = TrainingStatus.Of(reading, installation, unfinished);
        Volatile.Write(ref place, IsKept(status) ? status : null);
        return status;
    }
}
