using System.Globalization;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Checks a sweep's grid, and makes the trainings that it stands for. Pure.</summary>
internal static class SweepExpansion
{
    /// <summary>What is wrong with the grid of a sweep that <see cref="Intake"/> has taken, and with what both grid and request say.</summary>
    public static void Check(TrainingSweep sweep, RequestValidator validator, List<FieldViolation> found)
    {
        var before = found.Count;
        if (sweep.Grid.Count == 0)
        {
            found.Add(new FieldViolation("grid", "It is empty: give at least one parameter with its values."));
        }

        if (sweep.Request.Parameters.Count + sweep.Grid.Count > validator.Limits.Parameters)
        {
            found.Add(new FieldViolation("grid", Invariant($"With those of the request, there are {sweep.Request.Parameters.Count + sweep.Grid.Count} parameters: give at most {validator.Limits.Parameters}.")));
            return;
        }

        if (CountOf(sweep) is var count && count > CallLimits.MaxBatch)
        {
            found.Add(new FieldViolation("grid", Invariant($"It makes {count} trainings: give at most {CallLimits.MaxBatch}.")));
            return;
        }

        for (var i = 0; i < sweep.Grid.Count; i++)
        {
            Check(sweep, i, validator, found);
        }

        if (found.Count == before)
        {
            SizeRule.Check(sweep, validator.RetriesOf(sweep.Request), validator.Limits, found);
        }

        if (found.Count == before && NumberedName(sweep.Request.Name, (int)count) is { } longest && longest.Length > validator.Limits.NameLength)
        {
            found.Add(new FieldViolation("name", Invariant($"With a number at its end it has {longest.Length} characters: give at most {validator.Limits.NameLength - (longest.Length - sweep.Request.Name.Length)}.")));
        }
    }

    /// <summary>How many trainings it is; of more than there are numbers, the greatest.</summary>
    public static long CountOf(TrainingSweep sweep)
    {
        var count = 1L;
        foreach (var parameter in sweep.Grid)
        {
            count = (long)Int128.Min((Int128)count * Math.Max(1, parameter.Values.Count), long.MaxValue);
        }

        return count;
    }

    /// <summary>The trainings, in their order.</summary>
    /// <param name="sweep">A sweep with nothing wrong.</param>
    /// <param name="maxName">The most characters of a name.</param>
    public static IReadOnlyList<TrainingRequest> Expand(TrainingSweep sweep, int maxName)
    {
        var choices = new string[CountOf(sweep)][];
        for (var i = 0; i < choices.Length; i++)
        {
            choices[i] = Choose(sweep.Grid, i);
        }

        string[] names = [.. choices.Select(c => NameOf(sweep, c))];
        var isReadable = names.All(n => n.Length <= maxName && !n.Any(char.IsControl));
        return [.. choices.Select((values, place) => sweep.Request with
        {
            Name = isReadable ? names[place] : NumberedName(sweep.Request.Name, place + 1),
            Parameters = With(sweep, values),
        })];
    }

    private static void Check(TrainingSweep sweep, int place, RequestValidator validator, List<FieldViolation> found)
    {
        var (name, values) = sweep.Grid[place];
        var (field, rules) = (Invariant($"grid[{place}]"), validator.DefaultsOf(sweep.Request.Algorithm).Rules);
        if (sweep.Request.Parameters.Keys.FirstOrDefault(p => IsSame(p, name)) is { } own)
        {
            found.Add(new FieldViolation($"{field}.name", $"'{own}' is among the request's own parameters too: give it in one place."));
        }
        else if (sweep.Grid.Take(place).FirstOrDefault(p => IsSame(p.Name, name)) is { } earlier)
        {
            found.Add(new FieldViolation($"{field}.name", $"'{earlier.Name}' is already in the grid: give it once, with all its values."));
        }
        else if (ParameterCaseRule.ClashOf(name, validator.DefaultsOf(sweep.Request.Algorithm).Parameters) is { } algorithms)
        {
            found.Add(new FieldViolation($"{field}.name", ParameterCaseRule.TooAlike(algorithms)));
        }
        else
        {
            var before = found.Count;
            validator.CheckParameterName($"{field}.name", name, found);
            if (found.Count == before)
            {
                rules.CheckName($"{field}.name", name, found);
            }
        }

        if (values.Count == 0)
        {
            found.Add(new FieldViolation($"{field}.values", "It is empty: give at least one."));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < values.Count; i++)
        {
            var before = found.Count;
            validator.CheckParameterValue(Invariant($"{field}.values[{i}]"), values[i], found);
            if (found.Count == before)
            {
                rules.CheckValue(Invariant($"{field}.values[{i}]"), name, values[i], found);
            }

            if (found.Count == before && !seen.Add(values[i]))
            {
                found.Add(new FieldViolation(Invariant($"{field}.values[{i}]"), "The value is already in the list: leave it out."));
            }
        }
    }

    // A training would get both of two that differ only by case.
    private static bool IsSame(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static string[] Choose(IReadOnlyList<SweepParameter> grid, int place)
    {
        var values = new string[grid.Count];
        for (var i = grid.Count - 1; i >= 0; i--)
        {
            (place, var own) = Math.DivRem(place, grid[i].Values.Count);
            values[i] = grid[i].Values[own];
        }

        return values;
    }

    private static Dictionary<string, string> With(TrainingSweep sweep, string[] values)
    {
        var parameters = new Dictionary<string, string>(sweep.Request.Parameters, StringComparer.Ordinal);
        for (var i = 0; i < values.Length; i++)
        {
            parameters[sweep.Grid[i].Name] = values[i];
        }

        return parameters;
    }

    private static string NameOf(TrainingSweep sweep, string[] values)
    {
        var own = string.Join(' ', values.Select((value, i) => $"{sweep.Grid[i].Name}={value}"));
        return sweep.Request.Name.Length == 0 ? own : $"{sweep.Request.Name} {own}";
    }

    private static string NumberedName(string name, int number)
    {
        var own = "#" + number.ToString(CultureInfo.InvariantCulture);
        return name.Length == 0 ? own : $"{name} {own}";
    }
}
