using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.AspNetCore.Downloads;

/// <summary>
/// A query of runs in the query string: <c>?algorithm=cnn&amp;state=Succeeded&amp;order_by=loss&amp;smallest_first</c>. Pure.
/// </summary>
internal static class RunsQuery
{
    private const int DefaultLimit = 1000;

    private static readonly string[] Known =
        ["algorithm", "dataset", "version", "user", "group", "model", "state", "order_by", "smallest_first", "before", "limit"];

    /// <exception cref="TrainingException">Something of it is wrong; it says what.</exception>
    public static RunQuery Of(IQueryCollection asked)
    {
        var found = new List<FieldViolation>();
        foreach (var name in asked.Keys.Where(k => !Known.Contains(k, StringComparer.OrdinalIgnoreCase)))
        {
            // A condition that is passed over would give runs that nobody asked for.
            found.Add(new FieldViolation(name, $"Unknown condition: use one of {string.Join(", ", Known)}."));
        }

        var query = new RunQuery
        {
            Algorithm = asked["algorithm"],
            DatasetId = asked["dataset"],
            DatasetVersion = asked["version"],
            User = asked["user"],
            Group = asked["group"],
            ModelName = asked["model"],
            States = [.. asked["state"].Select(text => StateOf(text, found))],
            OrderBy = asked["order_by"],
            SmallestFirst = asked.ContainsKey("smallest_first"),
            Before = asked.ContainsKey("before") ? new JobId(NumberOf(asked, "before", found)) : null,
            Limit = asked.ContainsKey("limit") ? (int)Math.Min(NumberOf(asked, "limit", found), int.MaxValue) : DefaultLimit,
        };
        return found.Count == 0 ? query : throw TrainingException.Invalid(found);
    }

    private static JobState StateOf(string? text, List<FieldViolation> found)
    {
        if (Enum.TryParse<JobState>(text, ignoreCase: true, out var state) && Enum.IsDefined(state) && !char.IsAsciiDigit(text![0]))
        {
            return state;
        }

        found.Add(new FieldViolation("state", $"'{text}' is not a state: give Queued, Launching, Running, Succeeded, Failed or Cancelled."));
        return default;
    }

    private static long NumberOf(IQueryCollection asked, string name, List<FieldViolation> found)
    {
        if (long.TryParse(asked[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        found.Add(new FieldViolation(name, $"'{asked[name]}' is not a number: use digits only."));
        return default;
    }
}
