using Google.Protobuf.Collections;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc;

/// <summary>A training request on the wire and back.</summary>
internal static class RequestMapping
{
    /// <param name="request">A request that <see cref="Intake"/> has taken.</param>
    public static Wire.TrainingJobMetadata ToWire(TrainingRequest request)
    {
        var metadata = new Wire.TrainingJobMetadata
        {
            Algorithm = request.Algorithm,
            DatasetId = request.DatasetId,
            Name = request.Name,
            TrainDataVersionHash = request.DatasetVersion,
            OutputModelName = request.OutputModelName,
            Workers = request.Workers,
        };
        Copy(request.Parameters, metadata.Parameters);
        Copy(request.Labels, metadata.Labels);
        return metadata;
    }

    public static TrainingRequest FromWire(Wire.TrainingJobMetadata metadata) => new()
    {
        Algorithm = metadata.Algorithm,
        DatasetId = metadata.DatasetId,
        Name = metadata.Name,
        DatasetVersion = metadata.TrainDataVersionHash,
        OutputModelName = metadata.OutputModelName,
        Parameters = new Dictionary<string, string>(metadata.Parameters, StringComparer.Ordinal),
        Labels = new Dictionary<string, string>(metadata.Labels, StringComparer.Ordinal),
        // Classic clients know no workers; a 0 that was sent is a mistake to be told.
        Workers = metadata.HasWorkers ? metadata.Workers : 1,
    };

    private static void Copy(IReadOnlyDictionary<string, string> from, MapField<string, string> to)
    {
        foreach (var (name, value) in from)
        {
            to[name] = value;
        }
    }
}
