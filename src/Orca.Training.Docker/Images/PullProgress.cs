namespace Orca.Training.Docker.Images;

/// <summary>
/// How far a pull is, from what the engine says of each layer. Sizes become known one by one, so that the plain quotient would
/// jump back: it never does.
/// </summary>
internal sealed class PullProgress
{
    // More is no image; a registry that names layers without end must not fill our memory.
    private const int MostLayers = 1024;

    private readonly Dictionary<string, (long Done, long Total)> layers = new(StringComparer.Ordinal);

    /// <summary>0 to 1.</summary>
    public double Fraction { get; private set; }

    /// <summary>Takes what the engine says of a layer; true when <see cref="Fraction"/> grew by a hundredth or more.</summary>
    public bool Advance(string? layer, string? status, long? done, long? total)
    {
        if (string.IsNullOrEmpty(layer) || (layers.Count == MostLayers && !layers.ContainsKey(layer)))
        {
            return false;
        }

        var known = layers.GetValueOrDefault(layer);
        switch (status)
        {
            case "Downloading" when total > 0:
                layers[layer] = (Math.Clamp(done ?? 0, known.Done, total.Value), total.Value);
                break;
            case "Download complete" or "Pull complete":
                layers[layer] = (known.Total, known.Total);
                break;
            default:
                return false;
        }

        var all = layers.Values.Sum(l => l.Total);
        var fraction = all == 0 ? 0 : (double)layers.Values.Sum(l => l.Done) / all;
        if (fraction < Fraction + 0.01)
        {
            return false;
        }

        Fraction = fraction;
        return true;
    }
}
