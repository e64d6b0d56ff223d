using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Orca.Training.Artifacts;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Pools;
using Orca.Training.Settings;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training;

/// <summary>Checks the settings when the host starts, and when they change: each message names the setting by its full path, the value found and what would be right.</summary>
/// <param name="section">The path of the section that they are read from; empty for the usual one.</param>
/// <param name="machines">The machines of the host; none where they are not known.</param>
internal sealed partial class OptionsValidator(string section, IEnumerable<MachineFact>? machines = null) : IValidateOptions<OrcaTrainingOptions>
{
    // The most that timers take is 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    // Added to any time of our days it is still a time.
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(3650);

    public ValidateOptionsResult Validate(string? name, OrcaTrainingOptions options)
    {
        var found = new List<string>();
        RequireTime(nameof(options.ReconcilePeriod), options.ReconcilePeriod, found);
        RequireTime($"{nameof(options.Disk)}:{nameof(options.Disk.Period)}", options.Disk.Period, found);
        RequireAtLeast(0, "Disk:KeepFreeMiB", options.Disk.KeepFreeMiB, found);
        RequireAtLeast(0, "Disk:StopBelowMiB", options.Disk.StopBelowMiB, found);
        if (options.Disk.KeepFreeMiB > 0 && options.Disk.StopBelowMiB > options.Disk.KeepFreeMiB)
        {
            found.Add(Invariant($"Disk:StopBelowMiB is {options.Disk.StopBelowMiB}, and Disk:KeepFreeMiB {options.Disk.KeepFreeMiB}: give at most KeepFreeMiB, because new starts must stop before running trainings are stopped."));
        }

        RequireTime(nameof(options.LaunchTimeout), options.LaunchTimeout, found);
        RequireTime(nameof(options.LeaseDuration), options.LeaseDuration, found);
        if (options.StopGrace != TimeSpan.Zero)
        {
            RequireTime(nameof(options.StopGrace), options.StopGrace, found, orZero: true);
        }

        if (string.IsNullOrWhiteSpace(options.DataFolder) || options.DataFolder.Contains('\0', StringComparison.Ordinal))
        {
            found.Add($"{nameof(options.DataFolder)} is '{Shown(options.DataFolder)}': give a folder, such as 'orca-data'.");
        }

        if (options.ApplicationName is { } application && !IsName(application))
        {
            found.Add($"{nameof(options.ApplicationName)} is '{Shown(application)}': give a name of printable text, or leave it unset for the host's own.");
        }

        RequireAtLeast(1, nameof(options.MaxLogMiB), options.MaxLogMiB, found);
        CheckLimits(options.Limits, found);
        CheckLeavings(options.Leavings, found);
        CheckRetention(options.Retention, found);
        foreach (var (algorithm, settings) in options.Algorithms)
        {
            CheckAlgorithm(algorithm, settings, options.Limits, found);
        }

        PoolRules.Check(options, [.. machines ?? []], Enum.GetNames<TrainingRole>(), found);
        var root = section.Length > 0 ? section : SettingsSource.Section;
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found.Select(f => $"{root}:{f}"));
    }

    private static void CheckLimits(RequestLimits limits, List<string> found)
    {
        RequireAtLeast(1, "Limits:NameLength", limits.NameLength, found);
        RequireAtLeast(0, "Limits:Parameters", limits.Parameters, found);
        RequireAtLeast(1, "Limits:ParameterNameLength", limits.ParameterNameLength, found);
        RequireAtLeast(0, "Limits:ParameterValueLength", limits.ParameterValueLength, found);
        RequireAtLeast(0, "Limits:Labels", limits.Labels, found);
        RequireAtLeast(1, "Limits:LabelLength", limits.LabelLength, found);
        RequireAtLeast(1, "Limits:KeyLength", limits.KeyLength, found);
        RequireAtLeast(0, "Limits:Dependencies", limits.Dependencies, found);
        RequireAtLeast(0, "Limits:Retries", limits.Retries, found);
        RequireAtLeast(1, "Limits:DatasetFiles", limits.DatasetFiles, found);
        RequireAtLeast(1, "Limits:DatasetMiB", limits.DatasetMiB, found);
        RequireAtLeast(1, "Limits:Uploads", limits.Uploads, found);
        RequireAtLeast(1, "Limits:UploadsOfCaller", limits.UploadsOfCaller, found);
        RequireTime("Limits:UploadIdle", limits.UploadIdle, found);
        RequireTime("Limits:UploadTime", limits.UploadTime, found);
        RequireWithin(1024, CallLimits.MaxRequestBytes, "Limits:RequestBytes", limits.RequestBytes, found);
        RequireWithin(1024, CallLimits.MaxBatchBytes, "Limits:CallBytes", limits.CallBytes, found);
        if (limits.LongestTime <= TimeSpan.Zero || limits.LongestTime > LongestLimit)
        {
            found.Add(Invariant($"Limits:LongestTime is {limits.LongestTime}: give a time above zero and up to {LongestLimit.Days} days."));
        }

        if (limits.LongestTimeLimit <= TimeSpan.Zero || limits.LongestTimeLimit > LongestLimit)
        {
            found.Add(Invariant($"Limits:LongestTimeLimit is {limits.LongestTimeLimit}: give a time above zero and up to {LongestLimit.Days} days."));
        }
    }

    private static void CheckLeavings(LeavingsOptions leavings, List<string> found)
    {
        RequireAtLeast(1, "Leavings:MaxMiB", leavings.MaxMiB, found);
        RequireAtLeast(1, "Leavings:MaxEntries", leavings.MaxEntries, found);
        if (leavings.MaxDepth is < 1 or > 128)
        {
            // Each folder on the way down stays open while it is read.
            found.Add(Invariant($"Leavings:MaxDepth is {leavings.MaxDepth}: give 1 to 128."));
        }

        if (leavings.MaxNameBytes < 1 || leavings.MaxNameBytes > ArtifactLimits.Default.NameBytes)
        {
            found.Add(Invariant($"Leavings:MaxNameBytes is {leavings.MaxNameBytes}: give 1 to {ArtifactLimits.Default.NameBytes}, which every store can hold."));
        }

        RequireTime("Leavings:LongestTime", leavings.LongestTime, found);
    }

    private static void CheckRetention(RetentionOptions retention, List<string> found)
    {
        // Compared with times that are on record, not waited for: they may be as long as anybody likes.
        if (retention.KeepJobsFor < TimeSpan.Zero)
        {
            found.Add(Invariant($"Retention:KeepJobsFor is {retention.KeepJobsFor}: give zero or a longer time, or leave it unset to keep them without limit."));
        }

        if (retention.KeepJobs < 0)
        {
            found.Add(Invariant($"Retention:KeepJobs is {retention.KeepJobs}: give at least 0, or leave it unset for all."));
        }

        if (retention.KeepRunsFor < TimeSpan.Zero)
        {
            found.Add(Invariant($"Retention:KeepRunsFor is {retention.KeepRunsFor}: give zero or a longer time, or leave it unset to keep them without limit."));
        }

        if (retention.KeepContainersFor != TimeSpan.Zero)
        {
            RequireTime("Retention:KeepContainersFor", retention.KeepContainersFor, found, orZero: true);
        }

        RequireTime("Retention:Period", retention.Period, found);
    }

    private static void CheckAlgorithm(string name, AlgorithmOptions? algorithm, RequestLimits limits, List<string> found)
    {
        if (!IsName(name) || name.Length > limits.NameLength)
        {
            // A request could never name it.
            found.Add(Invariant($"Algorithms has the name '{Shown(name)}': give one of 1 to {limits.NameLength} printable characters."));
        }

        var path = $"Algorithms:{Shown(name)}";
        if (algorithm is null)
        {
            found.Add($"{path} is null: give its settings, or leave it out.");
            return;
        }

        if (string.IsNullOrWhiteSpace(algorithm.Image))
        {
            found.Add($"{path}:Image is '{algorithm.Image}': give the image of the training.");
        }

        if (algorithm.Cpus <= 0 || !double.IsFinite(algorithm.Cpus))
        {
            found.Add(Invariant($"{path}:Cpus is {algorithm.Cpus}: give a number above 0."));
        }

        if (algorithm.MemoryMiB < 6)
        {
            found.Add(Invariant($"{path}:MemoryMiB is {algorithm.MemoryMiB}: give at least 6, the minimum of an engine."));
        }

        if (algorithm.ShmMiB is { } shared && (shared < 1 || shared > algorithm.MemoryMiB))
        {
            found.Add(Invariant($"{path}:ShmMiB is {shared}: give 1 to {algorithm.MemoryMiB}, which is MemoryMiB, or leave it out for half of that."));
        }

        RequireAtLeast(0, $"{path}:Gpus", algorithm.Gpus, found);
        RequireMost($"{path}:MostCpus", algorithm.MostCpus, "Cpus", algorithm.Cpus, found);
        RequireMost($"{path}:MostMemoryMiB", algorithm.MostMemoryMiB, "MemoryMiB", algorithm.MemoryMiB, found);
        RequireMost($"{path}:MostGpus", algorithm.MostGpus, "Gpus", algorithm.Gpus, found);
        for (var i = 0; i < algorithm.Command.Count; i++)
        {
            if (algorithm.Command[i]?.Contains('\0', StringComparison.Ordinal) is not false)
            {
                found.Add(Invariant($"{path}:Command:{i} is '{Shown(algorithm.Command[i])}': give text without NUL characters."));
            }
        }

        if (algorithm.Pull is { } pull && !Enum.IsDefined(pull))
        {
            found.Add($"{path}:Pull is {pull}: give {string.Join(", ", Enum.GetNames<ImagePullPolicy>())}, or leave it out.");
        }

        // The values stay unsaid: they are secrets.
        if (algorithm.Registry?.Fault is { } fault)
        {
            found.Add($"{path}:Registry has {fault}.");
        }

        if (algorithm.CheckpointKeep is not { } keep || !CheckpointRule().IsMatch(keep))
        {
            found.Add($"{path}:CheckpointKeep is '{Shown(algorithm.CheckpointKeep)}': give 'last', 'best', 'every N' with a number from 1, or several of them with commas.");
        }

        CheckTimeouts($"{path}:Timeouts", algorithm.Timeouts, limits.LongestTime, found);
        CheckRetries($"{path}:Retries", algorithm.Retries, limits, found);
        AlgorithmRule.Check(path, algorithm, Shown, found);
        foreach (var alike in algorithm.Parameters.Keys.GroupBy(p => p, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            found.Add($"{path}:Parameters has {string.Join(" and ", alike.Select(p => $"'{Shown(p)}'"))}, which differ only by case: leave one out, because a training would get both.");
        }
    }

    [GeneratedRegex(@"\A( *(last|best|every [1-9][0-9]{0,8}) *(,(?!\z)|\z))*\z")]
    private static partial Regex CheckpointRule();

    private static void CheckTimeouts(string path, TimeoutOptions timeouts, TimeSpan longest, List<string> found)
    {
        Check(nameof(timeouts.Queued), timeouts.Queued);
        Check(nameof(timeouts.Launching), timeouts.Launching);
        Check(nameof(timeouts.Running), timeouts.Running);
        Check(nameof(timeouts.NoProgress), timeouts.NoProgress);

        void Check(string setting, TimeSpan? limit)
        {
            if (limit <= TimeSpan.Zero || limit > longest)
            {
                found.Add(Invariant($"{path}:{setting} is {limit}: give a time above zero and up to {longest}, which is Limits:LongestTime, or leave it out."));
            }
        }
    }

    private static void CheckRetries(string path, RetryOptions retries, RequestLimits limits, List<string> found)
    {
        if (retries.MaxRetries < 0 || retries.MaxRetries > limits.Retries)
        {
            found.Add(Invariant($"{path}:MaxRetries is {retries.MaxRetries}: give 0 to {limits.Retries}, which is Limits:Retries."));
        }

        for (var i = 0; i < retries.On.Count; i++)
        {
            if (RetryRule.FaultOf(new OutcomeCode(retries.On[i])) is { } fault)
            {
                found.Add(Invariant($"{path}:On:{i} is '{Shown(retries.On[i])}'. {fault}"));
            }
        }

        if (retries.FirstPause < TimeSpan.Zero || retries.FirstPause > limits.LongestTime)
        {
            found.Add(Invariant($"{path}:FirstPause is {retries.FirstPause}: give a time from zero up to {limits.LongestTime}, which is Limits:LongestTime."));
        }

        if (retries.LongestPause < retries.FirstPause || retries.LongestPause > limits.LongestTime)
        {
            found.Add(Invariant($"{path}:LongestPause is {retries.LongestPause}: give a time from {retries.FirstPause}, which is FirstPause, up to {limits.LongestTime}, which is Limits:LongestTime."));
        }
    }

    private static void RequireMost(string setting, double? most, string own, double figure, List<string> found)
    {
        if (most is { } value && (value < figure || !double.IsFinite(value)))
        {
            found.Add(Invariant($"{setting} is {value}: give at least {figure}, which is {own}, or leave it out for that."));
        }
    }

    private static void RequireTime(string setting, TimeSpan value, List<string> found, bool orZero = false)
    {
        if (value <= TimeSpan.Zero || value > Longest)
        {
            var least = orZero ? "from zero" : "above zero and";
            found.Add(Invariant($"{setting} is {value}: give a time {least} up to {Longest.Days} days."));
        }
    }

    private static void RequireAtLeast(int least, string setting, int value, List<string> found)
    {
        if (value < least)
        {
            found.Add(Invariant($"{setting} is {value}: give at least {least}."));
        }
    }

    private static void RequireWithin(int least, int most, string setting, int value, List<string> found)
    {
        if (value < least || value > most)
        {
            found.Add(Invariant($"{setting} is {value}: give {least} to {most}."));
        }
    }

    private static bool IsName(string name) => !string.IsNullOrWhiteSpace(name) && Alphabet.IndexOfHarmful(name) < 0;

    /// <summary>A value in a message of one line, whatever it holds.</summary>
    private static string Shown(string? value) => value is null ? "null" : string.Concat(value.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
