using Orca.Training.Client;

namespace Orca.Training.Grpc;

/// <summary>Algorithms and their parameters, on the wire and back.</summary>
internal static class AlgorithmMapping
{
    public static Wire.Algorithm ToWire(AlgorithmInfo algorithm) => new()
    {
        Name = algorithm.Name,
        Parameters = { algorithm.Parameters.Select(ToWire) },
        TakesOtherParameters = algorithm.TakesOtherParameters,
    };

    public static AlgorithmInfo FromWire(Wire.Algorithm message) => new(message.Name)
    {
        Parameters = [.. message.Parameters.Select(FromWire)],
        TakesOtherParameters = message.TakesOtherParameters,
    };

    private static Wire.AlgorithmParameter ToWire(AlgorithmParameter parameter)
    {
        var message = new Wire.AlgorithmParameter
        {
            Name = parameter.Name,
            Kind = (Wire.AlgorithmParameter.Types.Kind)parameter.Kind,
            Choices = { parameter.Choices },
            Required = parameter.IsRequired,
            Description = parameter.Description,
        };
        if (parameter.Least is { } least)
        {
            message.Least = least;
        }

        if (parameter.Most is { } most)
        {
            message.Most = most;
        }

        if (parameter.Default is { } value)
        {
            message.Default = value;
        }

        return message;
    }

    private static AlgorithmParameter FromWire(Wire.AlgorithmParameter message) => new(message.Name)
    {
        Kind = (ParameterKind)message.Kind,
        Least = message.HasLeast ? message.Least : null,
        Most = message.HasMost ? message.Most : null,
        Choices = [.. message.Choices],
        Default = message.HasDefault ? message.Default : null,
        IsRequired = message.Required,
        Description = message.Description,
    };
}
