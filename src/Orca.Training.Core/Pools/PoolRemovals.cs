using Orca.Training.Jobs.Storage;
using static System.FormattableString;

namespace Orca.Training.Pools;

/// <summary>
/// Keeps the settings from leaving open trainings without a pool: a pool that is removed has to say where they go. What another host submits at
/// that moment is not lost either, since a job whose pool is not known waits.
/// </summary>
/// <param name="store">Knows in which pools trainings are open.</param>
/// <param name="time">Ends the wait for it.</param>
internal sealed class PoolRemovals(Func<IJobStore> store, TimeProvider time)
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    /// <summary>Whether settings may leave out what others say.</summary>
    public static bool MayLeaveOut(PoolSettings before, PoolSettings next) =>
        !next.IsNone && (before.IsNone || (before.Knows(null) && !next.Knows(null)) || before.Names.Any(n => !next.Knows(n)));

    /// <summary>What is wrong with settings in view of the trainings that are open.</summary>
    /// <param name="next">The pools that are to be.</param>
    /// <param name="root">The path of the settings.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The store gives no answer.</exception>
    public async Task<IReadOnlyList<string>> FaultsAsync(PoolSettings next, string root, CancellationToken cancellationToken)
    {
        if (next.IsNone)
        {
            return [];
        }

        using var limit = new CancellationTokenSource(LongestAnswer, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var counts = await store().CountOpenAsync(pool: null, either.Token).AsTask().WaitAsync(either.Token);
            return
            [
                .. counts.Where(c => !next.Knows(c.Pool)).GroupBy(c => c.Pool, StringComparer.Ordinal).OrderBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => FaultOf(p.Key, p.Sum(c => c.Open), root)),
            ];
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(Invariant($"The job store did not say within {LongestAnswer.TotalSeconds} s in which pools trainings are open."), e);
        }
    }

    private static string FaultOf(string? pool, int open, string root)
    {
        var trainings = open == 1 ? "1 training is" : Invariant($"{open} trainings are");
        return pool is null
            ? $"{root}:DefaultPool is not set, and {trainings} open without a pool, from before there were pools: set it to the pool in which they wait."
            : $"{root}:Pools:{pool} is not there, and {trainings} open in that pool: keep it, and set its MovesTo to the pool where they go.";
    }
}
