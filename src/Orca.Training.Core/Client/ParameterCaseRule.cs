namespace Orca.Training.Client;

/// <summary>
/// Two parameters whose names differ only by case would both reach the training, and which of them it reads, nobody would know. Pure.
/// </summary>
internal static class ParameterCaseRule
{
    /// <summary>Checks a request's parameters against each other and against the algorithm's.</summary>
    public static void Check(
        IReadOnlyDictionary<string, string> parameters, IReadOnlyCollection<string> algorithms, List<FieldViolation> found)
    {
        if (parameters.Count == 0)
        {
            return;
        }

        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in parameters.Keys.Order(StringComparer.Ordinal))
        {
            var field = Intake.Field("parameters", name);
            if (!seen.TryAdd(name, name))
            {
                found.Add(new FieldViolation(
                    field, $"'{seen[name]}' is given too, and differs only by case: leave one out, because the training would get both."));
            }
            else if (ClashOf(name, algorithms) is { } own)
            {
                found.Add(new FieldViolation(field, TooAlike(own)));
            }
        }
    }

    /// <summary>The algorithm's parameter that a name differs from by case alone; null if there is none.</summary>
    public static string? ClashOf(string name, IReadOnlyCollection<string> algorithms)
    {
        string? clash = null;
        foreach (var own in algorithms)
        {
            if (own == name)
            {
                return null;
            }

            clash = string.Equals(own, name, StringComparison.OrdinalIgnoreCase) ? own : clash;
        }

        return clash;
    }

    public static string TooAlike(string own) =>
        $"The algorithm's own parameter is '{own}', which differs only by case: use that name, because the training would get both.";
}
