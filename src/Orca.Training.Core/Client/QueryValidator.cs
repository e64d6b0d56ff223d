using System.Globalization;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Checks a query's own form. Pure.</summary>
internal static class QueryValidator
{
    /// <summary>What is wrong with a query that <see cref="Intake"/> has taken, its page token aside; empty if nothing is.</summary>
    public static List<FieldViolation> Check(TrainingQuery query, RequestLimits limits)
    {
        var found = new List<FieldViolation>();
        found.AddRange(query.States.Where(s => !Enum.IsDefined(s)).Select(NoState));

        CheckText("user", query.User, CallLimits.MaxUserLength, found);
        CheckText("algorithm", query.Algorithm, limits.NameLength, found);
        CheckText("dataset_id", query.DatasetId, limits.NameLength, found);
        CheckText("name", query.Name, limits.NameLength, found);
        CheckText("group", query.Group, limits.NameLength, found);
        CheckLabels(query.Labels, limits, found);
        if (query.SubmittedBefore <= query.SubmittedFrom)
        {
            found.Add(new FieldViolation("submitted_before", $"{Text(query.SubmittedBefore.Value)} is not after submitted_from, {Text(query.SubmittedFrom.Value)}: give a later time."));
        }

        if (query.PageSize is < 0 or > CallLimits.MaxPageSize)
        {
            found.Add(new FieldViolation("page_size", Invariant($"{query.PageSize} is not a page size: give 1 to {CallLimits.MaxPageSize}, or 0 for {CallLimits.DefaultPageSize}.")));
        }

        return found;
    }

    /// <summary>What is said of a state that is none.</summary>
    public static FieldViolation NoState(JobState unknown) =>
        new("states", Invariant($"{(int)unknown} is not a state: give {string.Join(", ", Enum.GetNames<JobState>()[..^1])} or {Enum.GetNames<JobState>()[^1]}."));

    private static void CheckText(string field, string? value, int maxLength, List<FieldViolation> found)
    {
        if (value is null)
        {
            return;
        }

        if (value.Length > maxLength)
        {
            found.Add(new FieldViolation(field, Invariant($"It has {value.Length} characters: give at most {maxLength}.")));
        }
        else if (NameRule.HarmIn(value) is { } harm)
        {
            found.Add(new FieldViolation(field, harm));
        }
    }

    private static void CheckLabels(IReadOnlyDictionary<string, string> labels, RequestLimits limits, List<FieldViolation> found)
    {
        if (labels.Count > limits.Labels)
        {
            found.Add(new FieldViolation("labels", Invariant($"There are {labels.Count}: give at most {limits.Labels}.")));
            return;
        }

        foreach (var (name, value) in labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            LabelRule.Check(name, value, limits.LabelLength, found);
        }
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
