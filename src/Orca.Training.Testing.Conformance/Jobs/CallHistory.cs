using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>
/// What many callers at once asked of one thing and were told. It is linearizable if the calls fit into one order in which each takes
/// effect at a moment between its question and its answer, and every answer is the one that the thing's rules give.
/// </summary>
/// <param name="what">The thing, in words.</param>
/// <param name="start">What is on record of it before the first call.</param>
/// <param name="text">All of that, to compare two of them.</param>
internal sealed class CallHistory<T>(string what, T start, Func<T, string> text)
{
    // A call is a bit of a set.
    private const int MostCalls = 64;

    private readonly ConcurrentBag<Call> _calls = [];

    /// <summary>A call and what it was told.</summary>
    /// <param name="asked">When; of one clock for all calls.</param>
    /// <param name="answered">When, of the same clock.</param>
    /// <param name="says">Both, to read.</param>
    /// <param name="take">Given what is on record: whether the rules give that answer then, and what they leave on record.</param>
    public void Add(long asked, long answered, string says, Func<T, (bool Fits, T Next)> take) => _calls.Add(new Call(asked, answered, says, take));

    /// <summary>Null if there is such an order; else the calls, to read.</summary>
    public string? Contradiction()
    {
        var calls = _calls.OrderBy(c => c.Asked).ToArray();
        Assert.True(calls.Length <= MostCalls, "a history is too long to be checked");
        return Fits(calls, 0, start, []) ? null : Describe(calls);
    }

    /// <summary>Tries every call that may come next: one that was asked before any other of the rest was answered.</summary>
    private bool Fits(Call[] calls, ulong done, T found, HashSet<(ulong Done, string Found)> dead)
    {
        if (done == (calls.Length == MostCalls ? ulong.MaxValue : (1UL << calls.Length) - 1))
        {
            return true;
        }

        if (!dead.Add((done, text(found))))
        {
            return false;
        }

        var firstAnswer = Enumerable.Range(0, calls.Length).Where(i => (done & (1UL << i)) == 0).Min(i => calls[i].Answered);
        for (var i = 0; i < calls.Length; i++)
        {
            if ((done & (1UL << i)) == 0 && calls[i].Asked <= firstAnswer
                && calls[i].Take(found) is (true, var next) && Fits(calls, done | (1UL << i), next, dead))
            {
                return true;
            }
        }

        return false;
    }

    private string Describe(Call[] calls)
    {
        var lines = new StringBuilder();
        lines.AppendLine(CultureInfo.InvariantCulture, $"No order of these calls explains what was told of {what}:");
        foreach (var call in calls)
        {
            lines.AppendLine(CultureInfo.InvariantCulture, $"  asked at {call.Asked}, answered at {call.Answered}: {call.Says}");
        }

        return lines.ToString();
    }

    private sealed record Call(long Asked, long Answered, string Says, Func<T, (bool Fits, T Next)> Take);
}
