using System.Globalization;
using Orca.Training.Settings;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What an algorithm says of the parameters that requests give it. Pure.</summary>
internal sealed class ParameterRules
{
    /// <summary>Nothing is said.</summary>
    public static readonly ParameterRules None = new("", new AlgorithmOptions());

    private const int LongestShown = 64;

    private readonly string _algorithm;
    private readonly SortedDictionary<string, ParameterOptions> _declared = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _known;
    private readonly HashSet<string> _withValue;
    private readonly bool _takesOthers;

    public ParameterRules(string name, AlgorithmOptions algorithm)
    {
        _algorithm = name;
        foreach (var (parameter, declared) in algorithm.DeclaredParameters)
        {
            _declared[parameter] = declared;
        }

        _known = new SortedSet<string>(_declared.Keys.Concat(algorithm.Parameters.Keys), StringComparer.Ordinal);
        _withValue = new HashSet<string>(algorithm.Parameters.Keys.Concat(_declared.Where(p => p.Value.Default is not null).Select(p => p.Key)), StringComparer.Ordinal);
        _takesOthers = algorithm.TakesOthers;
    }

    /// <summary>Checks what a request gives, and whether it gives what it has to.</summary>
    /// <param name="parameters">The request's own.</param>
    /// <param name="alsoGiven">The names of those that are given elsewhere, such as in a sweep's grid.</param>
    /// <param name="found">Gets what is wrong.</param>
    public void Check(IReadOnlyDictionary<string, string> parameters, IReadOnlyCollection<string> alsoGiven, List<FieldViolation> found)
    {
        foreach (var (name, value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var field = Intake.Field("parameters", name);
            if (found.TrueForAll(f => f.Field != field))
            {
                CheckName(field, name, found);
                CheckValue(field, name, value, found);
            }
        }

        foreach (var (name, _) in _declared.Where(p => p.Value.Required && !_withValue.Contains(p.Key)))
        {
            if (!parameters.ContainsKey(name) && !alsoGiven.Contains(name))
            {
                found.Add(new FieldViolation(Intake.Field("parameters", name), $"It is missing, and '{_algorithm}' needs it: give {Wanted(_declared[name])}."));
            }
        }
    }

    /// <summary>Whether the algorithm takes a parameter of this name.</summary>
    public void CheckName(string field, string name, List<FieldViolation> found)
    {
        if (_takesOthers || _known.Contains(name))
        {
            return;
        }

        var remedy = Spelling.Nearest(name, _known) is { } nearest ? $"did you mean {nearest}?"
            : _known.Count == 0 ? "it takes none."
            : $"it takes {string.Join(", ", _known)}.";
        found.Add(new FieldViolation(field, $"'{_algorithm}' takes no parameter of this name: {remedy}"));
    }

    /// <summary>Whether a value is one that the parameter can have; of a parameter that is not declared any is.</summary>
    public void CheckValue(string field, string name, string value, List<FieldViolation> found)
    {
        if (_declared.GetValueOrDefault(name) is { } declared && !Fits(declared, value))
        {
            found.Add(new FieldViolation(field, $"'{Shown(value)}' is not valid: give {Wanted(declared)}."));
        }
    }

    /// <summary>Whether a parameter can have a value.</summary>
    public static bool Fits(ParameterOptions declared, string value) =>
        declared.Kind switch
        {
            ParameterKind.WholeNumber => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && IsWithin(declared, number),
            ParameterKind.Number => double.TryParse(value, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite), CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) && IsWithin(declared, number),
            ParameterKind.Boolean => value is "0" or "1" || bool.TrueString.Equals(value, StringComparison.OrdinalIgnoreCase) || bool.FalseString.Equals(value, StringComparison.OrdinalIgnoreCase),
            _ => true,
        }
        && (declared.Choices.Count == 0 || declared.Choices.Contains(value));

    /// <summary>What a parameter's value has to be, to follow "give".</summary>
    public static string Wanted(ParameterOptions declared)
    {
        if (declared.Choices.Count > 0)
        {
            return (declared.Choices.Count == 1 ? "" : "one of ") + string.Join(", ", declared.Choices.Select(c => $"'{Shown(c)}'"));
        }

        var kind = declared.Kind switch
        {
            ParameterKind.WholeNumber => "a whole number",
            ParameterKind.Number => "a number",
            ParameterKind.Boolean => "true or false",
            _ => "a text",
        };
        return (declared.Least, declared.Most) switch
        {
            ({ } least, { } most) => Invariant($"{kind} from {least} to {most}"),
            ({ } least, null) => Invariant($"{kind} of at least {least}"),
            (null, { } most) => Invariant($"{kind} of at most {most}"),
            _ => kind,
        };
    }

    private static bool IsWithin(ParameterOptions declared, double number) => !(number < declared.Least) && !(number > declared.Most);

    private static string Shown(string text) =>
        string.Concat((text.Length > LongestShown ? text[..LongestShown] + "…" : text).Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
