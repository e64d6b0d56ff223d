using System.Globalization;
using System.Text;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>What the trainings of the load do. A job names its kind in a parameter, and so says what must become of it.</summary>
internal static class Trainings
{
    public const string KindVariable = "KIND";
    public const string LengthVariable = "LENGTH_MS";
    public const string ModelFile = "model.txt";
    public const int Lines = 5;
    public const int FailureCode = 3;

    /// <summary>What <see cref="Yields"/> ends with when nobody asks it to stop.</summary>
    public const int UnaskedCode = 5;

    /// <summary>Leaves a model.</summary>
    public const string Succeeds = "succeeds";

    /// <summary>Ends with <see cref="FailureCode"/>.</summary>
    public const string Fails = "fails";

    /// <summary>Ends with <see cref="FailureCode"/> at its first attempt, and is tried again.</summary>
    public const string Stumbles = "stumbles";

    /// <summary>Is killed for lack of memory.</summary>
    public const string Grows = "grows";

    /// <summary>Runs long, so that it is cancelled or sees several hosts.</summary>
    public const string Lasts = "lasts";

    /// <summary>Does not heed SIGTERM.</summary>
    public const string Ignores = "ignores";

    /// <summary>Ends well when it is asked to stop, with less than a whole model, and only then.</summary>
    public const string Yields = "yields";

    /// <summary>Finds no room at its first two starts.</summary>
    public const string Waits = "waits";

    /// <summary>Cannot be started.</summary>
    public const string Refused = "refused";

    /// <summary>Announces a file that it does not leave.</summary>
    public const string Promises = "promises";

    /// <summary>Hosts are not told of its start and end; only a listing shows them.</summary>
    public const string Silent = "silent";

    /// <summary>Says each second that it goes on; on the real engine alone.</summary>
    public const string Endless = "endless";

    public static FakeTraining Of(AttemptSpec spec)
    {
        var kind = spec.Environment.GetValueOrDefault(KindVariable, Succeeds);
        var length = TimeSpan.FromMilliseconds(int.Parse(spec.Environment.GetValueOrDefault(LengthVariable, "100"), CultureInfo.InvariantCulture));
        var training = FakeTraining.Succeeds.RunsFor(length).Leaves(ModelFile, Encoding.UTF8.GetBytes(ModelOf(spec.Name.Attempt)));
        for (var line = 0; line < Lines; line++)
        {
            training = training.Prints(LineOf(line), length * line / Lines);
        }

        return kind switch
        {
            Fails => training.ExitsWith(FailureCode),
            Stumbles when spec.Name.Attempt.Number == 1 => training.ExitsWith(FailureCode),
            Grows => training.RunsOutOfMemory(),
            Ignores => training.IgnoringStop(),
            Yields => training.ExitsWith(UnaskedCode).EndsOnStopWith(0),
            Waits when spec.Name.Attempt.Number < 3 => FakeTraining.IsDeferred("There is no room."),
            Refused => FakeTraining.FailsToStart(OutcomeCode.ImageNotFound, "The image is not there."),
            Promises => training.Prints("""{"orca":"artifact","name":"weights.bin"}""", length / 4),
            _ => training,
        };
    }

    /// <summary>What an attempt's model says: whose it is.</summary>
    public static string ModelOf(AttemptId attempt) => attempt.ToString();

    /// <summary>A line that is also a figure, so that each moves what is on record.</summary>
    public static string LineOf(int line) => string.Create(CultureInfo.InvariantCulture, $$"""{"orca":"metric","step":{{line}},"loss":{{1.0 / (line + 1)}}}""");
}
