using CsCheck;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>A command of any kind with any job and attempt number, as plain numbers, so that a failing sequence can be shrunk and read.</summary>
internal readonly record struct AnyCommand(int Kind, long Job, int Number)
{
    private const int Kinds = 14;

    /// <summary>Mostly commands that move a job on; numbers of attempts are mostly the right ones when they are small.</summary>
    public static Gen<AnyCommand> Gen(int jobs) =>
        CsCheck.Gen.Select(CsCheck.Gen.Int[0, Kinds - 1], CsCheck.Gen.Long[1, jobs], CsCheck.Gen.Int[0, 3])
            .Select((kind, job, number) => new AnyCommand(kind, job, number));

    public JobCommand.OnJob At(DateTimeOffset at) => On(new JobId(Job), at);

    /// <summary>The same on a job whose id the store has drawn.</summary>
    public JobCommand.OnJob On(JobId id, DateTimeOffset at) => Kind switch
    {
        0 => new JobCommand.RequestCancel(id, at),
        1 or 2 => new JobCommand.BeginAttempt(id, Number, "m", at),
        3 => new JobCommand.ReportPhase(id, Number, new LaunchPhase(LaunchStep.PullingImage), at),
        4 or 5 => new JobCommand.BeginRunning(id, Number, ["c"], at),
        6 => new JobCommand.RecordProgress(id, Number, JobSamples.HalfDone, at),
        7 => new JobCommand.Defer(id, Number, "no room", at.AddMinutes(1), at),
        8 => new JobCommand.Publish(id, Number, JobSamples.Model, JobSamples.HalfDone, at),
        9 => new JobCommand.FinishAttempt(id, Number, Number % 2 == 0 ? JobState.Failed : JobState.Cancelled, JobSamples.OutOfRoom, null, at),
        10 => new JobCommand.Retry(id, Number, JobSamples.OutOfRoom, "Once more.", JobSamples.HalfDone, at.AddMinutes(1), at),
        11 => new JobCommand.RequestHold(id, at),
        12 => new JobCommand.RequestRelease(id, at),
        _ => new JobCommand.FinishQueued(id, JobState.Cancelled, JobSamples.OutOfRoom, at),
    };
}
