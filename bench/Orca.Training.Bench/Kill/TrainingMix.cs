using Orca.Training.Bench.Kill.Machine;

namespace Orca.Training.Bench.Kill;

/// <summary>How many of a hundred trainings are of which kind, and how long they last.</summary>
internal sealed record TrainingMix(IReadOnlyList<(string Kind, int Share, int LeastMs, int MostMs)> Kinds)
{
    /// <summary>On the fake machine.</summary>
    public static TrainingMix Fake { get; } = new(
    [
        (Trainings.Succeeds, 40, 50, 300),
        (Trainings.Fails, 8, 20, 200),
        (Trainings.Stumbles, 12, 20, 200),
        (Trainings.Lasts, 8, 1_000, 4_000),
        (Trainings.Waits, 8, 50, 100),
        (Trainings.Promises, 6, 50, 1_500),
        (Trainings.Yields, 6, 300, 2_000),
        (Trainings.Grows, 4, 50, 100),
        (Trainings.Ignores, 4, 500, 2_000),
        (Trainings.Refused, 2, 50, 100),
        (Trainings.Silent, 2, 50, 200),
    ]);

    /// <summary>On the real engine, whose containers take longer to start.</summary>
    public static TrainingMix Engine { get; } = new(
    [
        (Trainings.Succeeds, 50, 50, 500),
        (Trainings.Fails, 8, 50, 200),
        (Trainings.Stumbles, 12, 50, 200),
        (Trainings.Lasts, 12, 2_000, 5_000),
        (Trainings.Yields, 10, 1_000, 3_000),
        (Trainings.Ignores, 8, 1_000, 3_000),
    ]);

    public (string Kind, TimeSpan Length) Draw(Random random)
    {
        var draw = random.Next(Kinds.Sum(k => k.Share));
        foreach (var (kind, share, least, most) in Kinds)
        {
            if ((draw -= share) < 0)
            {
                return (kind, TimeSpan.FromMilliseconds(random.Next(least, most)));
            }
        }

        throw new InvalidOperationException("The shares do not add up.");
    }
}
