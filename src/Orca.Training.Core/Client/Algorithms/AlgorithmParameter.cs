namespace Orca.Training.Client;

/// <summary>A parameter of an algorithm.</summary>
/// <param name="Name">Its name.</param>
public sealed record AlgorithmParameter(string Name)
{
    /// <summary>The kind of the value.</summary>
    public ParameterKind Kind { get; init; }

    /// <summary>The smallest allowed number. Null for no limit.</summary>
    public double? Least { get; init; }

    /// <summary>The greatest allowed number. Null for no limit.</summary>
    public double? Most { get; init; }

    /// <summary>The allowed values. Empty for any value of its kind.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The value for requests that do not give it. Null if the default of the image applies.</summary>
    public string? Default { get; init; }

    /// <summary>Whether a request must give it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The meaning of the parameter. Can be empty.</summary>
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
