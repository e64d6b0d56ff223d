using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>What many callers at once were told of one job: the transition table gives the answers, and a job that was removed is none.</summary>
internal sealed class JobHistory(Job start)
{
    private readonly CallHistory<Job?> _calls = new($"job {start.Id}", start, static job => job?.Text() ?? "");

    /// <summary>A command and what became of it.</summary>
    public void Add(long asked, long answered, JobCommand.OnJob command, Rejection rejection, Job? told)
    {
        var text = told?.Text();
        _calls.Add(asked, answered, Says(command.GetType().Name, rejection, told), job =>
        {
            var found = JobTransitions.Apply(job, command, out var next);
            next ??= job;
            return (found == rejection && next?.Text() == text, next);
        });
    }

    /// <summary>A reading: the job as it was shown; null if it was not there.</summary>
    public void Add(long asked, long answered, string reading, Job? told)
    {
        var text = told?.Text();
        _calls.Add(asked, answered, Says(reading, Rejection.None, told), job => (job?.Text() == text, job));
    }

    /// <summary>A reading of what is open that did not show the job.</summary>
    public void AddNotOpen(long asked, long answered, string reading) =>
        _calls.Add(asked, answered, $"{reading} did not show it", job => (job?.State.IsFinal() ?? true, job));

    /// <summary>A removal, which says nothing of what it did.</summary>
    public void AddRemoval(long asked, long answered) =>
        _calls.Add(asked, answered, "RemoveAsync", job => (true, job is { } found && !found.State.IsFinal() ? found : null));

    /// <inheritdoc cref="CallHistory{T}.Contradiction" />
    public string? Contradiction() => _calls.Contradiction();

    private static string Says(string what, Rejection rejection, Job? told) =>
        Invariant($"{what} → {(rejection is Rejection.None ? "" : rejection + ", ")}{(told is null ? "none" : Invariant($"revision {told.Revision}, {told.State}"))}");
}
