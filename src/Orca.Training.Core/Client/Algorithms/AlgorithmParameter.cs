namespace Orca.Training.Client;

/// <summary>A parameter that an algorithm takes.</summary>
/// <param name="Name">Its name.</param>
public sealed record AlgorithmParameter(string Name)
{
    /// <summary>What kind of value it is.</summary>
    public ParameterKind Kind { get; init; }

    /// <summary>The least value of a number, itself included; null for no bound.</summary>
    public double? Least { get; init; }

    /// <summary>The greatest value of a number, itself included; null for no bound.</summary>
    public double? Most { get; init; }

    /// <summary>The values that it may have; empty for any of its kind.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Its value for requests that do not give it; null where the image decides.</summary>
    public string? Default { get; init; }

    /// <summary>Whether a request has to give it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>What it means; empty where nothing is said.</summary>
    public string Description { get; init; } = "";

    internal static AlgorithmParameter Of(string name, ParameterOptions options, IDictionary<string, string> defaults) => new(name)
    {
        Kind = options.Kind,
        Least = options.Least,
        Most = options.Most,
        Choices = [.. options.Choices],
        Default = defaults.FirstOrDefault(d => d.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? options.Default,
        IsRequired = options.Required,
        Description = options.Description,
    };
}
