using System.Reflection;
using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>Endpoints have no client but the one that acts for their caller.</summary>
public sealed class DoorArchitectureTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    [Fact]
    public void No_door_is_given_a_client_or_a_store_by_the_host()
    {
        var given = from type in typeof(TrainingGrpcService).Assembly.GetTypes()
                    where type.Namespace is { } name && !name.EndsWith(".Health", StringComparison.Ordinal)
                    from constructor in type.GetConstructors(Any)
                    from parameter in constructor.GetParameters()
                    where IsBehind(parameter.ParameterType)
                    select $"{type}: {parameter}";

        Assert.Empty(given);
    }

    private static bool IsBehind(Type type) => typeof(ITrainingClient).IsAssignableFrom(type) || typeof(ITrainingClientFactory).IsAssignableFrom(type)
        || (type.IsInterface && type.Name.EndsWith("Store", StringComparison.Ordinal) && type.Assembly == typeof(ITrainingClient).Assembly);
}
