namespace Orca.Training.Client;

/// <summary>What a request may not exceed.</summary>
public sealed class RequestLimits
{
    /// <summary>Characters in an algorithm's, a dataset's, a training's or a model's name. Default 128.</summary>
    public int NameLength { get; set; } = 128;

    /// <summary>Parameters of a request. Default 128.</summary>
    public int Parameters { get; set; } = 128;

    /// <summary>Characters in a parameter's name. Default 64.</summary>
    public int ParameterNameLength { get; set; } = 64;

    /// <summary>Characters in a parameter's value. Default 4,096.</summary>
    public int ParameterValueLength { get; set; } = 4096;

    /// <summary>Labels of a request. Default 32.</summary>
    public int Labels { get; set; } = 32;

    /// <summary>Characters in a label's name or value. Default 128.</summary>
    public int LabelLength { get; set; } = 128;
}
