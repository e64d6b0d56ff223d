using Orca.Training.Jobs;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Checks a log query against the job that it asks about. Pure.</summary>
internal static class LogQueryCheck
{
    /// <exception cref="TrainingException">Something is wrong; each field is named.</exception>
    public static void Check(LogQuery query, Job job)
    {
        var found = new List<FieldViolation>();
        if (query.Attempt is { } attempt)
        {
            CheckAttempt("attempt", attempt, job, found);
        }

        if (query.After is { } cursor)
        {
            if (query.Attempt is { } wanted && wanted != cursor.Attempt)
            {
                found.Add(new FieldViolation("after", Invariant($"It is a place in the log of attempt {cursor.Attempt}, and attempt is {wanted}: give a line of that attempt, or no attempt.")));
            }
            else if (query.Attempt is null)
            {
                CheckAttempt("after", cursor.Attempt, job, found);
            }
        }

        var ranks = job.Request.Workers;
        if (query.Rank < 0 || query.Rank >= ranks)
        {
            found.Add(new FieldViolation("rank", Invariant($"Job {job.Id} has no rank {query.Rank}: give {(ranks == 1 ? "0, its only one" : Invariant($"0 to {ranks - 1}"))}.")));
        }

        if (query.Tail < 0)
        {
            found.Add(new FieldViolation("tail", Invariant($"{query.Tail} is not a number of lines: give 0 or more, or leave it out for all.")));
        }

        if (query.Stream is not (null or OutputStream.Standard or OutputStream.Error))
        {
            found.Add(new FieldViolation("output", Invariant($"{(int)query.Stream} is not an output: give 0 for standard output, 1 for standard error, or leave it out for both.")));
        }

        if (found.Count > 0)
        {
            throw TrainingException.Invalid(found);
        }
    }

    private static void CheckAttempt(string field, int attempt, Job job, List<FieldViolation> found)
    {
        if (attempt < 1 || attempt > job.LastAttempt)
        {
            found.Add(new FieldViolation(field, Invariant($"Job {job.Id} has no attempt {attempt}: {(job.LastAttempt == 0 ? "it has none yet" : Invariant($"its newest is {job.LastAttempt}"))}. Leave it out for the newest.")));
        }
    }
}
