using System.Globalization;

namespace Orca.Training.Runs;

/// <summary>A comparison of several runs: their differences and their metrics.</summary>
/// <param name="Runs">The runs, in the order in which they were given: the columns of the rows.</param>
/// <param name="Differences">
/// The values that differ: algorithm, dataset_version, image_digest, command, and each parameter by its name. Null for a run without the
/// value.
/// </param>
/// <param name="Metrics">The last value of each metric of any of the runs, by name. Null for a run without the metric.</param>
public sealed record RunComparison(
    IReadOnlyList<Run> Runs,
    IReadOnlyDictionary<string, IReadOnlyList<string?>> Differences,
    IReadOnlyDictionary<string, IReadOnlyList<double?>> Metrics)
{
    /// <summary>Compares runs.</summary>
    /// <param name="runs">The runs, such as the best ones of a query.</param>
    public static RunComparison Of(IReadOnlyList<Run> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var rows = new SortedDictionary<string, IReadOnlyList<string?>>(StringComparer.Ordinal);
        AddIfDifferent("algorithm", r => r.Request.Algorithm);
        AddIfDifferent("dataset", r => r.Request.DatasetId);
        AddIfDifferent("dataset_version", r => r.Request.DatasetVersion);
        AddIfDifferent("input_model", r => r.Request.InputModel);
        AddIfDifferent("cpus", r => Number(r.Request.Resources?.Cpus));
        AddIfDifferent("memory_mib", r => Number(r.Request.Resources?.MemoryMiB));
        AddIfDifferent("gpus", r => Number(r.Request.Resources?.Gpus));
        AddIfDifferent("gpu_kind", r => r.Request.Resources?.GpuKind);
        AddIfDifferent("image_digest", r => r.Execution?.Digest);
        AddIfDifferent("command", r => r.Execution is { } execution ? string.Join(' ', execution.Command) : null);
        foreach (var name in runs.SelectMany(r => ParametersOf(r).Keys).Distinct(StringComparer.Ordinal))
        {
            AddIfDifferent($"parameters[{name}]", r => ParametersOf(r).TryGetValue(name, out var value) ? value : null);
        }

        var metrics = new SortedDictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal);
        foreach (var name in runs.SelectMany(r => r.Metrics.Keys).Distinct(StringComparer.Ordinal))
        {
            metrics[name] = [.. runs.Select(r => r.Metrics.TryGetValue(name, out var value) ? value : (double?)null)];
        }

        return new RunComparison(runs, rows, metrics);

        void AddIfDifferent(string name, Func<Run, string?> value)
        {
            string?[] values = [.. runs.Select(value)];
            if (values.Distinct(StringComparer.Ordinal).Skip(1).Any())
            {
                rows[name] = values;
            }
        }
    }

    private static string? Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture);

    // Those that were executed, where that is known: defaults among them.
    private static IReadOnlyDictionary<string, string> ParametersOf(Run run) => run.Execution?.Parameters ?? run.Request.Parameters;
}
