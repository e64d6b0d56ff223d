using Orca.Training.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the client for a training service in another process.</summary>
public static class OrcaTrainingClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="ITrainingClient"/> for the training service at an address, over gRPC. It connects at the first call. If this
    /// method is called more than once, the last address applies.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="address">Scheme, host and port, and a path prefix if there is one: <c>https://</c>, or <c>http://</c> for cleartext HTTP/2.</param>
    public static IServiceCollection AddOrcaTrainingClient(this IServiceCollection services, Uri address) =>
        services.AddOrcaTrainingClient(address, static (_, _) => { });

    /// <inheritdoc cref="AddOrcaTrainingClient(IServiceCollection, Uri)" />
    /// <param name="services">The application's services.</param>
    /// <param name="address">Scheme, host and port, and a path prefix if there is one: <c>https://</c>, or <c>http://</c> for cleartext HTTP/2.</param>
    /// <param name="configure">Sets the caller's token, with the application's services at hand.</param>
    public static IServiceCollection AddOrcaTrainingClient(
        this IServiceCollection services, Uri address, Action<IServiceProvider, TrainingConnection> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddSingleton<ITrainingClient>(provider => GrpcTrainingClient.Connect(address, options => configure(provider, options)));
    }
}
