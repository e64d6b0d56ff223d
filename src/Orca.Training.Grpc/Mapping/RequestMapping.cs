using Google.Protobuf.Collections;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc;

/// <summary>A training request on the wire and back.</summary>
internal static class RequestMapping
{
    /// <exception cref="TrainingException">A parameter or label has no value at all, which the wire cannot say.</exception>
    public static Wire.TrainingJobMetadata ToWire(TrainingRequest request)
    {
        var metadata = new Wire.TrainingJobMetadata
        {
            // What is null against the rules becomes empty, and the service says what it thinks of that.
            Algorithm = request.Algorithm ?? "",
            DatasetId = request.DatasetId ?? "",
            Name = request.Name ?? "",
            TrainDataVersionHash = request.DatasetVersion ?? "",
            OutputModelName = request.OutputModelName ?? "",
            Workers = request.Workers,
        };
        Copy("parameters", request.Parameters, metadata.Parameters);
        Copy("labels", request.Labels, metadata.Labels);
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

    private static void Copy(string field, IReadOnlyDictionary<string, string>? from, MapField<string, string> to)
    {
        foreach (var (name, value) in from ?? new Dictionary<string, string>())
        {
            if (value is null)
            {
                var violation = new FieldViolation($"{field}[{name}]", "The value is missing: give text.");
                throw new TrainingException(TrainingError.InvalidArgument, $"{violation.Field}: {violation.Description}", [violation]);
            }

            to[name] = value;
        }
    }
}
