using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill;

/// <summary>Looks at what succeeded jobs have published, and at their logs.</summary>
internal static class Published
{
    public static async Task CheckAsync(string name, InstallationId installation, IReadOnlyList<Job> jobs, InstallationStores stores, Findings findings, CancellationToken cancellationToken)
    {
        foreach (var job in jobs.Where(j => j.State is JobState.Succeeded))
        {
            var attempt = new AttemptId(job.Id, job.LastAttempt);
            await CheckModelAsync(name, job, attempt, stores, findings, cancellationToken);
            await CheckLogAsync(name, new AttemptName(installation, attempt), stores, findings, cancellationToken);
        }
    }

    private static async Task CheckModelAsync(string name, Job job, AttemptId attempt, InstallationStores stores, Findings findings, CancellationToken cancellationToken)
    {
        if (job.Artifacts is not [{ Name: Trainings.ModelFile } model])
        {
            findings.Disagreements.Enqueue($"{name}: job {job.Id} published [{string.Join(", ", job.Artifacts.Select(a => a.Name))}] in place of its model.");
            return;
        }

        using var reader = new StreamReader(await stores.Artifacts.OpenAsync(model, 0, cancellationToken));
        var said = await reader.ReadToEndAsync(cancellationToken);
        if (said != Trainings.ModelOf(attempt))
        {
            findings.Twice.Enqueue($"{name}: job {job.Id} published what '{said}' wrote, and its successful attempt is {attempt}.");
        }
    }

    private static async Task CheckLogAsync(string name, AttemptName attempt, InstallationStores stores, Findings findings, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var position = default(OutputPosition);
        while (await stores.Logs.ReadAsync(attempt, 0, position, cancellationToken) is { Count: > 0 } entries)
        {
            lines.AddRange(entries.Select(e => e.Text));
            position = entries[^1].Position;
        }

        if (lines.Count != Trainings.Lines || lines.Distinct().Count() != Trainings.Lines)
        {
            findings.Lines.Enqueue($"{name}: attempt {attempt} printed {Trainings.Lines} lines, and its log has {lines.Count}, of which {lines.Distinct().Count()} differ.");
        }
    }
}
