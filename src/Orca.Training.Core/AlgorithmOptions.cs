namespace Orca.Training;

/// <summary>What a name of an algorithm stands for.</summary>
public sealed class AlgorithmOptions
{
    /// <summary>The image that trains.</summary>
    public string Image { get; set; } = "";

    /// <summary>
    /// The command's words, such as <c>server</c>, <c>/data</c>: they stand in for the image's own command (CMD) and are handed to its
    /// entry point, where it has one. Default empty: the image's own.
    /// </summary>
    public IList<string> Command { get; } = [];

    /// <summary>Parameters for requests that do not give them.</summary>
    public IDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Processors for each container. Default 1.</summary>
    public double Cpus { get; set; } = 1;

    /// <summary>Memory for each container, in MiB. Default 1024.</summary>
    public int MemoryMiB { get; set; } = 1024;

    /// <summary>GPUs for each container. Default 0.</summary>
    public int Gpus { get; set; }
}
