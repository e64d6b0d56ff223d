using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>
/// What many callers at once asked of one job and were told. It is linearizable if the calls fit into one order in which each
/// takes effect at a moment between its question and its answer, and every answer is the one that the transition table gives.
/// </summary>
internal sealed class JobHistory(Job start)
{
    // A call is a bit of a set.
    private const int MostCalls = 64;

    private readonly ConcurrentBag<Call> _calls = [];

    /// <summary>A command and what became of it.</summary>
    public void Add(long asked, long answered, JobCommand.OnJob command, Rejection rejection, Job told)
    {
        var text = told.Text();
        _calls.Add(new Call(asked, answered, command, (found, job) => found == rejection && job.Text() == text, Says(command.GetType().Name, rejection, told)));
    }

    /// <summary>A reading: the job as it was shown.</summary>
    public void Add(long asked, long answered, string reading, Job told)
    {
        var text = told.Text();
        _calls.Add(new Call(asked, answered, null, (_, job) => job.Text() == text, Says(reading, Rejection.None, told)));
    }

    /// <summary>A reading of what is open that did not show the job.</summary>
    public void AddFinal(long asked, long answered, string reading) =>
        _calls.Add(new Call(asked, answered, null, (_, job) => job.State.IsFinal(), $"{reading} did not show it"));

    /// <summary>Null if there is such an order; else the calls, to read.</summary>
    public string? Contradiction()
    {
        var calls = _calls.OrderBy(c => c.Asked).ToArray();
        Assert.True(calls.Length <= MostCalls, "a history is too long to be checked");
        var dead = new HashSet<(ulong Done, string Job)>();
        return Fits(calls, 0, start, dead) ? null : Describe(calls);
    }

    /// <summary>Tries every call that may come next: one that was asked before any other of the rest was answered.</summary>
    private static bool Fits(Call[] calls, ulong done, Job job, HashSet<(ulong, string)> dead)
    {
        if (done == (calls.Length == MostCalls ? ulong.MaxValue : (1UL << calls.Length) - 1))
        {
            return true;
        }

        if (!dead.Add((done, job.Text())))
        {
            return false;
        }

        var firstAnswer = Enumerable.Range(0, calls.Length).Where(i => (done & (1UL << i)) == 0).Min(i => calls[i].Answered);
        for (var i = 0; i < calls.Length; i++)
        {
            if ((done & (1UL << i)) != 0 || calls[i].Asked > firstAnswer)
            {
                continue;
            }

            Job? next = null;
            var rejection = calls[i].Command is { } command ? JobTransitions.Apply(job, command, out next) : Rejection.None;
            if (calls[i].Fits(rejection, next ?? job) && Fits(calls, done | (1UL << i), next ?? job, dead))
            {
                return true;
            }
        }

        return false;
    }

    private string Describe(Call[] calls)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"No order of these calls explains what was told of job {start.Id}:");
        foreach (var call in calls)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  asked at {call.Asked}, answered at {call.Answered}: {call.Says}");
        }

        return text.ToString();
    }

    private static string Says(string what, Rejection rejection, Job told) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} → {(rejection is Rejection.None ? "" : rejection + ", ")}revision {told.Revision}, {told.State}");

    private sealed record Call(long Asked, long Answered, JobCommand.OnJob? Command, Func<Rejection, Job, bool> Fits, string Says);
}
