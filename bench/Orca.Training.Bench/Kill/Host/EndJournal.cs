using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>
/// A file of this process's own with each end that the store applied: a job that stands in such files twice has ended twice, whatever
/// its record says now. A kill may come between the commit and its line, so a missing line means nothing.
/// </summary>
internal sealed class EndJournal(string folder)
{
    private const string Prefix = "ends-";
    private readonly Lock _lock = new();
    private readonly string _file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{TimeProvider.System.GetTimestamp()}"));

    public void Note(IReadOnlyList<JobCommand> commands, IReadOnlyList<CommandResult> results)
    {
        for (var i = 0; i < commands.Count; i++)
        {
            if (results[i] is { Applied: true, Job: { } job } && commands[i] is JobCommand.Publish or JobCommand.FinishAttempt or JobCommand.FinishQueued && job.State.IsFinal())
            {
                lock (_lock)
                {
                    File.AppendAllText(_file, $"{job.Id} {job.State}\n");
                }
            }
        }
    }

    /// <summary>How often each job ended, by all the journals in a folder.</summary>
    public static IReadOnlyDictionary<JobId, string[]> Read(string folder) =>
        Directory.EnumerateFiles(folder, Prefix + "*").SelectMany(File.ReadLines).Select(line => line.Split(' ')).Where(words => words.Length == 2)
            .GroupBy(words => new JobId(long.Parse(words[0], CultureInfo.InvariantCulture)), words => words[1])
            .ToDictionary(ends => ends.Key, ends => ends.ToArray());
}
