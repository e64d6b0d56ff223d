using Microsoft.Extensions.Options;
using static System.FormattableString;

namespace Orca.Training;

/// <summary>Checks the settings when the host starts: each message names the setting, the value found and what would be right.</summary>
internal sealed class OptionsValidator : IValidateOptions<OrcaTrainingOptions>
{
    // The most that timers take is 49 days.
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(30);

    public ValidateOptionsResult Validate(string? name, OrcaTrainingOptions options)
    {
        var found = new List<string>();
        RequirePositive(nameof(options.ReconcilePeriod), options.ReconcilePeriod, found);
        RequirePositive(nameof(options.LaunchTimeout), options.LaunchTimeout, found);
        RequirePositive(nameof(options.LeaseDuration), options.LeaseDuration, found);
        if (options.StopGrace < TimeSpan.Zero)
        {
            found.Add(Invariant($"{nameof(options.StopGrace)} is {options.StopGrace}: give zero or more."));
        }

        RequireNotTooLong(nameof(options.StopGrace), options.StopGrace, found);

        if (string.IsNullOrWhiteSpace(options.DataFolder))
        {
            found.Add($"{nameof(options.DataFolder)} is empty: give a folder, such as 'orca-data'.");
        }

        if (options.ApplicationName is { } application && string.IsNullOrWhiteSpace(application))
        {
            found.Add($"{nameof(options.ApplicationName)} is empty: give a name, or leave it unset.");
        }

        RequireAtLeast(1, nameof(options.MaxLogMiB), options.MaxLogMiB, found);
        RequireAtLeast(1, "Limits.NameLength", options.Limits.NameLength, found);
        RequireAtLeast(0, "Limits.Parameters", options.Limits.Parameters, found);
        RequireAtLeast(1, "Limits.ParameterNameLength", options.Limits.ParameterNameLength, found);
        RequireAtLeast(0, "Limits.ParameterValueLength", options.Limits.ParameterValueLength, found);
        RequireAtLeast(0, "Limits.Labels", options.Limits.Labels, found);
        RequireAtLeast(1, "Limits.LabelLength", options.Limits.LabelLength, found);
        foreach (var (algorithm, settings) in options.Algorithms)
        {
            CheckAlgorithm(algorithm, settings, found);
        }

        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found.Select(f => $"OrcaTraining: {f}"));
    }

    private static void CheckAlgorithm(string name, AlgorithmOptions algorithm, List<string> found)
    {
        if (string.IsNullOrWhiteSpace(algorithm.Image))
        {
            found.Add($"Algorithms['{name}'].Image is empty: give the image that trains.");
        }

        if (algorithm.Cpus <= 0 || !double.IsFinite(algorithm.Cpus))
        {
            found.Add(Invariant($"Algorithms['{name}'].Cpus is {algorithm.Cpus}: give a number above 0."));
        }

        if (algorithm.MemoryMiB < 6)
        {
            found.Add(Invariant($"Algorithms['{name}'].MemoryMiB is {algorithm.MemoryMiB}: give at least 6, the least that an engine takes."));
        }

        if (algorithm.Gpus < 0)
        {
            found.Add(Invariant($"Algorithms['{name}'].Gpus is {algorithm.Gpus}: give 0 or more."));
        }

        foreach (var parameter in algorithm.Parameters.Keys.Where(Machines.ReservedVariables.Contains))
        {
            found.Add($"Algorithms['{name}'].Parameters['{parameter}'] is a reserved name: give another.");
        }
    }

    private static void RequirePositive(string setting, TimeSpan value, List<string> found)
    {
        if (value <= TimeSpan.Zero)
        {
            found.Add(Invariant($"{setting} is {value}: give a time above zero."));
        }

        RequireNotTooLong(setting, value, found);
    }

    private static void RequireNotTooLong(string setting, TimeSpan value, List<string> found)
    {
        if (value > LongestTime)
        {
            found.Add(Invariant($"{setting} is {value}: give at most {LongestTime.Days} days."));
        }
    }

    private static void RequireAtLeast(int least, string setting, int value, List<string> found)
    {
        if (value < least)
        {
            found.Add(Invariant($"{setting} is {value}: give at least {least}."));
        }
    }
}
