using Orca.Training.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the client for a training service elsewhere.</summary>
public static class OrcaTrainingClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ITrainingClient"/> for the training service at an address, over gRPC; it connects at the first call. Called
    /// again, the last address counts.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="address">Scheme, host and port: <c>https://</c>, or <c>http://</c> for cleartext HTTP/2.</param>
    public static IServiceCollection AddOrcaTrainingClient(this IServiceCollection services, Uri address)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(address);
        return services.AddSingleton<ITrainingClient>(_ => GrpcTrainingClient.Connect(address));
    }
}
