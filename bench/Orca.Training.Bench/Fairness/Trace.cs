namespace Orca.Training.Bench.Fairness;

/// <summary>A job that a user submits; all times in seconds.</summary>
internal readonly record struct Submission(double At, string User, double Length);

/// <summary>A job as it was run.</summary>
internal readonly record struct Run(Submission Job, double Start)
{
    public double End => Start + Job.Length;

    /// <summary>From its submission to its start, in its own length.</summary>
    public double Wait => (Start - Job.At) / Job.Length;
}

/// <summary>Who submits what, and when, to a machine with so many slots.</summary>
internal sealed record Trace(string Name, int Slots, IReadOnlyList<Submission> Jobs)
{
    private const double Minute = 60;

    public double LongestJob => Jobs.Max(j => j.Length);

    public double MeanJob => Jobs.Average(j => j.Length);

    /// <summary>One user submits a hundred jobs, two others one each: together with them, or later.</summary>
    public static Trace Hundred(int slots, double later) => new(
        later == 0 ? "100, 1, 1 together" : $"100; 1, 1 after {later} s", slots, [.. Many(100, 0, "A", Minute), new(later, "B", Minute), new(later, "C", Minute)]);

    /// <summary>Three users who always have jobs that wait.</summary>
    public static Trace Equal(int slots) => new("three, one length", slots, [.. Many(120, 0, "A", Minute), .. Many(120, 0, "B", Minute), .. Many(120, 0, "C", Minute)]);

    /// <summary>The same, and each user's jobs have their own length.</summary>
    public static Trace Lengths(int slots) =>
        new("three, 1 : 2 : 4", slots, [.. Many(240, 0, "A", Minute), .. Many(120, 0, "B", 2 * Minute), .. Many(60, 0, "C", 4 * Minute)]);

    /// <summary>The same, with lengths by chance, a tenth of the longest at least.</summary>
    public static Trace Drawn(int slots)
    {
        var random = new Random(1);
        return new("three, lengths drawn", slots, [.. Enumerable.Range(0, 300).Select(i => new Submission(0, $"{"ABC"[i % 3]}", Minute * (0.5 + (4.5 * random.NextDouble()))))]);
    }

    /// <summary>A user who has used a quarter of the machine all day, when another comes with a hundred jobs.</summary>
    public static Trace Newcomer(int slots)
    {
        const int Day = 24 * 3600;
        var every = 4 * Minute / slots;
        return new("newcomer with 100", slots,
        [
            .. Enumerable.Range(0, (int)((Day + 7200) / every)).Select(i => new Submission(i * every, "steady", Minute)).Concat(Many(100 * slots, Day + 1, "newcomer", Minute)).OrderBy(j => j.At),
        ]);
    }

    private static IEnumerable<Submission> Many(int count, double at, string user, double length) => Enumerable.Repeat(new Submission(at, user, length), count);
}
