namespace Orca.Training;

/// <summary>What an algorithm says of one of its parameters.</summary>
public sealed class ParameterOptions
{
    /// <summary>What kind of value it is. Default <see cref="ParameterKind.Text"/>.</summary>
    public ParameterKind Kind { get; set; }

    /// <summary>The least value of a number, itself included. Default: none.</summary>
    public double? Least { get; set; }

    /// <summary>The greatest value of a number, itself included. Default: none.</summary>
    public double? Most { get; set; }

    /// <summary>The values that it may have, and no others, spelt as here. Default empty: any of its kind.</summary>
    public IList<string> Choices { get; } = [];

    /// <summary>Its value for requests that do not give it. Default: none, so that the image's own holds.</summary>
    public string? Default { get; set; }

    /// <summary>Whether a request has to give it. Default off.</summary>
    public bool Required { get; set; }

    /// <summary>What it means, for callers. Default empty.</summary>
    public string Description { get; set; } = "";
}

/// <summary>Kinds of parameters. Values are text on their way, and are checked and not changed.</summary>
public enum ParameterKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number, such as <c>20</c>.</summary>
    WholeNumber,

    /// <summary>A number, such as <c>0.001</c> or <c>1e-3</c>, with a point whatever the culture.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>, or <c>1</c> or <c>0</c>; case does not matter.</summary>
    Boolean,
}
