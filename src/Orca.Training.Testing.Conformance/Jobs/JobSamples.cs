using System.Text.Json;
using System.Text.Json.Serialization;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>Jobs in every state and commands of every kind, all made through the transition table.</summary>
internal static class JobSamples
{
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static readonly Outcome OutOfRoom = new(OutcomeCode.LaunchFailed, "No.");
    public static readonly TrainingProgress HalfDone = new() { Done = 1, Total = 2, Position = new OutputPosition(5, 1), Announced = [new AnnouncedArtifact("model.bin", 3, "abc"), new AnnouncedArtifact("log")] };
    public static readonly IReadOnlyList<Artifact> Model = [new Artifact("model.bin", new Uri("file:///model.bin"), 3, "abc")];

    /// <summary>A moment: so many minutes into the tests' day.</summary>
    public static DateTimeOffset At(int minute) => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute);

    public static TrainingRequest Request(string dataset = "d") => new() { Algorithm = "a", DatasetId = dataset };

    public static JobCommand.Submit Submit(string dataset = "d", int minute = 0) => new(Request(dataset), "ann", At(minute));

    public static Job Waiting(long id = 1) => JobTransitions.Create(new JobId(id), Submit());

    public static Job PutOff(long id = 1) => Starting(id).After(new JobCommand.Defer(new JobId(id), 1, "no room", At(9), At(2)));

    public static Job Starting(long id = 1) => Waiting(id).After(new JobCommand.BeginAttempt(new JobId(id), 1, "m1", At(1)));

    public static Job Working(long id = 1) => Starting(id).After(new JobCommand.BeginRunning(new JobId(id), 1, ["c1"], At(2)));

    public static Job In(JobState state, long id = 1) => state switch
    {
        JobState.Queued => Waiting(id),
        JobState.Launching => Starting(id),
        JobState.Running => Working(id),
        JobState.Succeeded => Working(id).After(new JobCommand.Publish(new JobId(id), 1, Model, HalfDone, At(3))),
        _ => Working(id).After(new JobCommand.FinishAttempt(new JobId(id), 1, state, OutOfRoom, HalfDone, At(3))),
    };

    /// <summary>The job with somebody's wish to cancel it on record, whatever its state.</summary>
    public static Job Wished(this Job job) => job with { CancelRequestedAt = At(1) };

    public static Job After(this Job job, JobCommand.OnJob command)
    {
        Assert.Equal(Rejection.None, JobTransitions.Apply(job, command, out var next));
        return next!;
    }

    /// <summary>All that is on record of a job, to compare two of them: records compare their lists by reference.</summary>
    public static string Text(this Job job) => JsonSerializer.Serialize(job, Options);
}
