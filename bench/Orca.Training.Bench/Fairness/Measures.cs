namespace Orca.Training.Bench.Fairness;

/// <summary>How fairly a trace was run.</summary>
internal static class Measures
{
    private const double WindowInJobs = 20;
    private const double Tiny = 1e-9;

    /// <summary>The longest wait of a user's jobs, in their own length.</summary>
    public static double Wait(IEnumerable<Run> runs, string user) => runs.Where(r => r.Job.User == user).Max(r => r.Wait);

    /// <summary>
    /// By how much service any user ever lags behind an ideal machine, in costs of the longest job. The ideal one serves all users at once, at equal
    /// rates (generalized processor sharing), with at most one slot for each job.
    /// </summary>
    public static double Lag(Trace trace, IReadOnlyList<Run> runs)
    {
        var users = trace.Jobs.Select(j => j.User).Distinct().ToDictionary(u => u, u => new Fluid([.. runs.Where(r => r.Job.User == u)]));
        var moments = new Queue<double>(runs.SelectMany(r => new[] { r.Job.At, r.Start, r.End }).Distinct().Order());
        var (at, lag, arrived) = (0.0, 0.0, 0);
        while (true)
        {
            while (moments.TryPeek(out var passed) && passed <= at + Tiny)
            {
                moments.Dequeue();
            }

            for (; arrived < trace.Jobs.Count && trace.Jobs[arrived].At <= at + Tiny; arrived++)
            {
                users[trace.Jobs[arrived].User].Left.Add(trace.Jobs[arrived].Length);
            }

            Share(trace.Slots, [.. users.Values]);
            var step = Math.Min(moments.TryPeek(out var next) ? next - at : double.MaxValue, users.Values.Min(u => u.UntilNextEnd()));
            if (step == double.MaxValue)
            {
                return lag / trace.LongestJob;
            }

            at += step;
            foreach (var user in users.Values)
            {
                user.Pass(at, step);
                lag = Math.Max(lag, user.Ideal - user.Had);
            }
        }
    }

    /// <summary>
    /// The least, over windows of twenty job times, of Jain's index of the service that those users had who had jobs waiting all through the window: 1 if
    /// all had the same, 1/n if one of n had all. 1 if there is no window with two such users.
    /// </summary>
    public static double Jain(Trace trace, IReadOnlyList<Run> runs)
    {
        var window = WindowInJobs * trace.MeanJob;
        var byUser = runs.GroupBy(r => r.Job.User).Select(g => g.ToList()).ToList();
        var least = 1.0;
        for (var from = 0.0; from + window <= runs.Max(r => r.Start); from += trace.MeanJob)
        {
            var had = byUser.Where(own => WaitsThrough(own, from, from + window)).Select(own => own.Sum(r => Overlap(r.Start, r.End, from, from + window))).ToList();
            if (had.Count > 1 && had.Sum() > 0)
            {
                least = Math.Min(least, Math.Pow(had.Sum(), 2) / (had.Count * had.Sum(s => s * s)));
            }
        }

        return least;
    }

    /// <summary>Whether some job of these waits at each moment.</summary>
    private static bool WaitsThrough(List<Run> own, double from, double to)
    {
        var covered = from;
        foreach (var run in own.OrderBy(r => r.Job.At))
        {
            covered = run.Job.At <= covered + Tiny ? Math.Max(covered, run.Start) : covered;
        }

        return covered >= to;
    }

    private static double Overlap(double start, double end, double from, double to) => Math.Max(0, Math.Min(end, to) - Math.Max(start, from));

    /// <summary>Gives each user an equal part of the slots, or less where there are fewer jobs; what some do not need goes to the others.</summary>
    private static void Share(double slots, List<Fluid> users)
    {
        var left = users.Count(u => u.Left.Count > 0);
        foreach (var user in users.OrderBy(u => u.Left.Count))
        {
            user.Rate = user.Left.Count == 0 ? 0 : Math.Min(user.Left.Count, slots / left--);
            slots -= user.Rate;
        }
    }

    /// <summary>A user on the ideal machine and on the real one.</summary>
    private sealed class Fluid(List<Run> runs)
    {
        /// <summary>What is left of the jobs on the ideal machine, in the order in which they came; the first ones have a slot each.</summary>
        public List<double> Left { get; } = [];

        public double Rate { get; set; }

        public double Ideal { get; private set; }

        public double Had { get; private set; }

        public double UntilNextEnd()
        {
            var next = double.MaxValue;
            for (var i = 0; i < Left.Count && RateOf(i) > Tiny; i++)
            {
                next = Math.Min(next, Left[i] / RateOf(i));
            }

            return next;
        }

        public void Pass(double at, double step)
        {
            Ideal += Rate * step;
            for (var i = 0; i < Left.Count && RateOf(i) > Tiny; i++)
            {
                Left[i] -= RateOf(i) * step;
            }

            Left.RemoveAll(l => l <= Tiny);
            Had = runs.Sum(r => Math.Clamp(at - r.Start, 0, r.Job.Length));
        }

        private double RateOf(int place) => Math.Clamp(Rate - place, 0, 1);
    }
}
