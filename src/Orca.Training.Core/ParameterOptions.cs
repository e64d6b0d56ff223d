namespace Orca.Training;

/// <summary>The declaration of a parameter of an algorithm.</summary>
public sealed class ParameterOptions
{
    /// <summary>The kind of the value. Default <see cref="ParameterKind.Text"/>.</summary>
    public ParameterKind Kind { get; set; }

    /// <summary>The smallest allowed number. Default: none.</summary>
    public double? Least { get; set; }

    /// <summary>The greatest allowed number. Default: none.</summary>
    public double? Most { get; set; }

    /// <summary>The allowed values, spelt as here. Default empty: any value of its kind.</summary>
    public IList<string> Choices { get; } = [];

    /// <summary>The value for requests that do not give one. Default: none; the default of the image applies.</summary>
    public string? Default { get; set; }

    /// <summary>Whether a request must give it. Default false.</summary>
    public bool Required { get; set; }

    /// <summary>The meaning of the parameter, for callers. Default empty.</summary>
    public string Description { get; set; } = "";
}

/// <summary>The kinds of parameters. Values are passed as text; they are checked, but not changed.</summary>
public enum ParameterKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number, such as <c>20</c>.</summary>
    WholeNumber,

    /// <summary>A number, such as <c>0.001</c> or <c>1e-3</c>, with a decimal point in every culture.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>, or <c>1</c> or <c>0</c>; case does not matter.</summary>
    Boolean,
}
