using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What an algorithm's settings may say of parameters. Pure.</summary>
internal static class AlgorithmRule
{
    /// <param name="path">The algorithm's section.</param>
    /// <param name="algorithm">Its settings.</param>
    /// <param name="shown">Makes a value fit for a message.</param>
    /// <param name="found">Gets what is wrong.</param>
    public static void Check(string path, AlgorithmOptions algorithm, Func<string?, string> shown, List<string> found)
    {
        foreach (var (parameter, value) in algorithm.Parameters)
        {
            var own = $"{path}:Parameters:{shown(parameter)}";
            CheckName(own, parameter, found);
            CheckText(own, value, shown, found);
            if (value is not null && algorithm.DeclaredParameters.TryGetValue(parameter, out var declared) && declared is not null && !ParameterRules.Fits(declared, value))
            {
                found.Add($"{own} is '{shown(value)}': give {ParameterRules.Wanted(declared)}, as DeclaredParameters says.");
            }
        }

        foreach (var (parameter, declared) in algorithm.DeclaredParameters)
        {
            var own = $"{path}:DeclaredParameters:{shown(parameter)}";
            CheckName(own, parameter, found);
            if (declared is null)
            {
                found.Add($"{own} is null: say what it is, or leave it out.");
            }
            else
            {
                CheckDeclared(own, declared, shown, found);
                if (declared.Default is not null && algorithm.Parameters.ContainsKey(parameter))
                {
                    found.Add($"{own}:Default is '{shown(declared.Default)}', and {path}:Parameters:{shown(parameter)} gives a value too: leave one of them out.");
                }
            }
        }
    }

    private static void CheckDeclared(string path, ParameterOptions declared, Func<string?, string> shown, List<string> found)
    {
        if (!Enum.IsDefined(declared.Kind))
        {
            found.Add($"{path}:Kind is {declared.Kind}: give {string.Join(", ", Enum.GetNames<ParameterKind>())}.");
            return;
        }

        var isNumber = declared.Kind is ParameterKind.WholeNumber or ParameterKind.Number;
        CheckBound($"{path}:Least", declared.Least);
        CheckBound($"{path}:Most", declared.Most);
        if (declared.Least > declared.Most)
        {
            found.Add(Invariant($"{path}:Most is {declared.Most}, which is less than Least, {declared.Least}: give at least that."));
        }

        var free = new ParameterOptions { Kind = declared.Kind, Least = declared.Least, Most = declared.Most };
        for (var i = 0; i < declared.Choices.Count; i++)
        {
            if (declared.Choices[i] is not { } choice || !ParameterRules.Fits(free, choice))
            {
                found.Add(Invariant($"{path}:Choices:{i} is '{shown(declared.Choices[i])}': give {ParameterRules.Wanted(free)}."));
            }
        }

        if (declared.Default is { } value)
        {
            CheckText($"{path}:Default", value, shown, found);
            if (!ParameterRules.Fits(declared, value))
            {
                found.Add($"{path}:Default is '{shown(value)}': give {ParameterRules.Wanted(declared)}, or leave it out.");
            }
        }

        if (declared.Description is null)
        {
            found.Add($"{path}:Description is null: give a text, or leave it out.");
        }

        void CheckBound(string setting, double? bound)
        {
            if (bound is { } number && (!isNumber || !double.IsFinite(number)))
            {
                found.Add(Invariant($"{setting} is {number}: give a number, and only for the kinds WholeNumber and Number, or leave it out."));
            }
        }
    }

    private static void CheckName(string path, string name, List<string> found)
    {
        if (!RequestValidator.IsVariableName(name))
        {
            found.Add($"{path} becomes an environment variable: give it a name of letters, digits and '_' that does not start with a digit.");
        }
        else if (ReservedVariables.Contains(name))
        {
            found.Add($"{path} has a reserved name, which would change how the container works: use another name.");
        }
    }

    private static void CheckText(string path, string? value, Func<string?, string> shown, List<string> found)
    {
        if (value?.Contains('\0', StringComparison.Ordinal) is not false)
        {
            found.Add($"{path} is '{shown(value)}': give text without NUL characters.");
        }
    }
}
