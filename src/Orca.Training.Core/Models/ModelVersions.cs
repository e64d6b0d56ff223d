using System.Globalization;
using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.Models;

/// <summary>A number that was drawn for a job, and its names; whether it is a version, its job's run says.</summary>
internal sealed record ModelRow(string Name, int Number, JobId Job, IReadOnlyList<string> Aliases);

/// <summary>Which of the numbers that were drawn are versions, and which of them is meant. The same in every store.</summary>
internal static class ModelVersions
{
    public static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    /// <exception cref="ArgumentException">It is no possible alias.</exception>
    public static void CheckAlias(string alias)
    {
        if (ProblemOfAlias(alias) is { } problem)
        {
            throw new ArgumentException(problem, nameof(alias));
        }
    }

    /// <summary>Why an alias is not possible; null if it is.</summary>
    public static string? ProblemOfAlias(string? alias) => PlainName.IsValid(alias) && !alias!.All(char.IsAsciiDigit)
        ? null
        : $"The alias {PlainName.Quoted(alias ?? "")} is not valid: give {PlainName.Rule}, but not only digits, which would be a version.";

    /// <param name="rows">All numbers of a model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest.</param>
    /// <param name="runs">Says which jobs have succeeded.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<ModelVersion?> ResolveAsync(IReadOnlyList<ModelRow> rows, string reference, IRunStore runs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var meant = reference.Length == 0 ? rows.OrderByDescending(r => r.Number)
            : int.TryParse(reference, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? rows.Where(r => r.Number == number)
            : rows.Where(r => r.Aliases.Contains(reference));
        foreach (var row in meant)
        {
            if (await ReadAsync(row, runs, cancellationToken) is { } version)
            {
                return version;
            }
        }

        return null;
    }

    public static async ValueTask<IReadOnlyList<ModelVersion>> ListAsync(IReadOnlyList<ModelRow> rows, IRunStore runs, CancellationToken cancellationToken)
    {
        var found = new List<ModelVersion>();
        foreach (var row in rows.OrderByDescending(r => r.Number))
        {
            if (await ReadAsync(row, runs, cancellationToken) is { } version)
            {
                found.Add(version);
            }
        }

        return found;
    }

    private static async ValueTask<ModelVersion?> ReadAsync(ModelRow row, IRunStore runs, CancellationToken cancellationToken) =>
        await runs.ReadAsync(row.Job, cancellationToken) is { State: JobState.Succeeded } run && run.ModelVersion == row.Number
            ? new ModelVersion(row.Name, row.Number, row.Job, run.FinishedAt ?? run.SubmittedAt, run.Artifacts, row.Aliases) { Attempt = run.Attempts[^1].Number }
            : null;
}
