using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill;

/// <summary>
/// Compares what is on record when all has come to rest with what clients were told, what the machine saw, and what ends hosts noted. Pure.
/// </summary>
/// <param name="name">The installation's, for the findings.</param>
/// <param name="jobs">What is on record.</param>
/// <param name="submissions">What clients did and were told.</param>
/// <param name="lives">What the machine saw of each container.</param>
/// <param name="ends">Which ends of each job hosts saw applied.</param>
/// <param name="findings">Takes what must not be.</param>
internal sealed class Verification(
    string name,
    IReadOnlyList<Job> jobs,
    IReadOnlyList<Submission> submissions,
    IReadOnlyList<ContainerLife> lives,
    IReadOnlyDictionary<JobId, string[]> ends,
    Findings findings)
{
    private const int Terminated = 143;
    private const int KilledCode = 137;

    private readonly ILookup<AttemptId, ContainerLife> _lives = lives.ToLookup(l => l.Attempt.Attempt);
    private readonly Dictionary<string, Submission> _submissions = submissions.ToDictionary(s => s.Name);

    public void Run()
    {
        CheckSubmissions();
        foreach (var job in jobs)
        {
            CheckJob(job);
        }

        CheckContainers();
    }

    private void CheckSubmissions()
    {
        var onRecord = jobs.ToLookup(j => j.Request.Name);
        foreach (var submission in submissions)
        {
            Job[] made = [.. onRecord[submission.Name]];
            if (made.Length > 1)
            {
                findings.Twice.Enqueue($"{name}: '{submission.Name}' was submitted once and made the jobs {string.Join(" and ", made.Select(j => j.Id))}.");
            }

            if (submission.Job is { } told && !made.Any(j => j.Id == told))
            {
                findings.Lost.Enqueue($"{name}: '{submission.Name}' was acknowledged as job {told} and is not on record.");
            }
        }
    }

    private void CheckJob(Job job)
    {
        var what = $"{name}: job {job.Id} ({_submissions.GetValueOrDefault(job.Request.Name)?.Kind})";
        if (!_submissions.TryGetValue(job.Request.Name, out var submission))
        {
            findings.Twice.Enqueue($"{what} is on record, and nobody submitted it.");
            return;
        }

        if (!job.State.IsFinal())
        {
            findings.Lost.Enqueue($"{what} is still {job.State}.");
            return;
        }

        if (submission.Final is { } told && told != job.State)
        {
            findings.Twice.Enqueue($"{what} was told to be {told} and is {job.State}.");
        }

        if (ends.TryGetValue(job.Id, out var applied) && (applied.Length > 1 || applied[0] != job.State.ToString()))
        {
            findings.Twice.Enqueue($"{what} is {job.State}, and the store applied the ends {string.Join(", ", applied)}.");
        }

        if (job.State is JobState.Cancelled && !submission.IsCancelAsked)
        {
            findings.Disagreements.Enqueue($"{what} is Cancelled, and nobody asked for it.");
        }

        if (job.Attempts.Count(a => a.Outcome?.Code == OutcomeCode.Completed) is var completed && completed != (job.State is JobState.Succeeded ? 1 : 0))
        {
            findings.Twice.Enqueue($"{what} is {job.State}, and {completed} of its attempts completed.");
        }

        foreach (var attempt in job.Attempts)
        {
            CheckAttempt(what, job, attempt, submission);
        }
    }

    private void CheckAttempt(string what, Job job, Attempt attempt, Submission submission)
    {
        ContainerLife[] seen = [.. _lives[new AttemptId(job.Id, attempt.Number)]];
        what = $"{what}, attempt {attempt.Number}";
        if (seen.Length > 1)
        {
            findings.Twice.Enqueue($"{what} ran in the containers {string.Join(" and ", seen.Select(l => l.Incarnation))}.");
        }

        if (attempt.Outcome is not { } outcome)
        {
            findings.Lost.Enqueue($"{what} has no outcome.");
            return;
        }

        var life = seen.FirstOrDefault();
        if (Disagreement(attempt, outcome, life, submission) is { } disagreement)
        {
            var saw = life is null ? "no container" : life.ExitCode is { } code ? $"exit code {code}{(life.OutOfMemory ? " for lack of memory" : "")}" : "no end";
            findings.Disagreements.Enqueue($"{what}: {disagreement} On record: {outcome.Code}, exit code {outcome.ExitCode?.ToString() ?? "none"}; the machine saw {saw}.");
        }
    }

    /// <summary>Why a recorded outcome is not what the machine saw; null where it is.</summary>
    private static string? Disagreement(Attempt attempt, Outcome outcome, ContainerLife? life, Submission submission)
    {
        if (life is null)
        {
            return attempt.Incarnations.Count > 0 ? "It is on record with a container that never was."
                : outcome.ExitCode is not null && outcome.ExitCode != 0 ? "It never ran."
                : submission.Kind == Trainings.Refused || submission.IsCancelAsked ? null
                : "It was neither refused nor cancelled, and never ran.";
        }

        if (attempt.Incarnations is [var recorded] && recorded != life.Incarnation)
        {
            return $"It is on record with container {recorded}, and ran in {life.Incarnation}.";
        }

        var isCancelled = outcome.Code == OutcomeCode.Cancelled && submission.IsCancelAsked;
        if (life.ExitCode is not { } code)
        {
            // A start that was given up may still make a container, which is removed as it is.
            return isCancelled && attempt.Incarnations.Count == 0 ? null : "Its container was removed before it had ended.";
        }

        if (outcome.ExitCode is { } said && said != code)
        {
            return "The exit codes differ.";
        }

        if (isCancelled)
        {
            return null;
        }

        if (IsByRequest(life, code, submission.Kind))
        {
            return "The service stopped it on request, and its end says otherwise.";
        }

        var expected = code switch
        {
            0 when submission.Kind == Trainings.Promises => OutcomeCode.ArtifactMissing,
            0 => OutcomeCode.Completed,
            KilledCode when life.OutOfMemory => OutcomeCode.OutOfMemory,
            _ => OutcomeCode.NonZeroExit,
        };
        return outcome.Code == expected ? null : $"It should be {expected}.";
    }

    /// <summary>Whether a container ended as it does only when it is asked to, or killed after that.</summary>
    private static bool IsByRequest(ContainerLife life, int code, string kind) =>
        code is Terminated || (code is KilledCode && !life.OutOfMemory) || (code is 0 && kind == Trainings.Yields);

    private void CheckContainers()
    {
        var known = jobs.ToDictionary(j => j.Id);
        foreach (var life in lives)
        {
            var attempt = life.Attempt.Attempt;
            if (!known.TryGetValue(attempt.Job, out var job) || job.Attempts.All(a => a.Number != attempt.Number))
            {
                findings.Orphans.Enqueue($"{name}: container {life.Incarnation} ran attempt {attempt}, which is not on record.");
            }

            if (!life.IsRemoved)
            {
                findings.Orphans.Enqueue($"{name}: container {life.Incarnation} of attempt {attempt} is still there.");
            }
        }
    }
}
