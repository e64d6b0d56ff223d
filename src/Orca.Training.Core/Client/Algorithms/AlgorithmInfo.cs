using System.Collections.Frozen;

namespace Orca.Training.Client;

/// <summary>An algorithm that requests can name, as callers see it.</summary>
/// <param name="Name">Its name.</param>
public sealed record AlgorithmInfo(string Name)
{
    /// <summary>The parameters, by name: those that the settings of the algorithm declare, and those that have a default there.</summary>
    public IReadOnlyList<AlgorithmParameter> Parameters { get; init; } = [];

    /// <summary>Whether requests may give other parameters too.</summary>
    public bool TakesOtherParameters { get; init; }

    internal static AlgorithmInfo Of(string name, AlgorithmOptions options)
    {
        var declared = options.DeclaredParameters.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        return new AlgorithmInfo(name)
        {
            TakesOtherParameters = options.TakesOthers,
            Parameters =
            [
                .. declared.Select(p => AlgorithmParameter.Of(p.Key, p.Value ?? new ParameterOptions(), options.Parameters))
                    .Concat(options.Parameters.Where(p => !declared.ContainsKey(p.Key)).Select(p => new AlgorithmParameter(p.Key) { Default = p.Value }))
                    .OrderBy(p => p.Name, StringComparer.Ordinal),
            ],
        };
    }
}
