using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orca.Training.Docker;
using Orca.Training.Settings;

namespace Orca.Training;

/// <summary>Adds Docker Engines as machines.</summary>
public static class DockerTrainingBuilderExtensions
{
    private const string DefaultMachine = "docker";

    /// <summary>Runs trainings on the Docker engine of this machine, as the machine <c>docker</c>.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseDocker(this OrcaTrainingBuilder builder) => builder.UseDocker(DefaultMachine);

    /// <summary>Runs trainings on a Docker engine, as the machine <c>docker</c>.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="configure">Sets the address of the engine and the settings of containers.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseDocker(this OrcaTrainingBuilder builder, Action<DockerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.UseDocker(DefaultMachine, configure);
    }

    /// <summary>
    /// Runs trainings on a Docker engine, as a machine with the given name. Call it again with the same name to set more options of that
    /// machine.
    /// </summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="machineName">The name, unique within the host. It is stored with each attempt, so do not change it between restarts.</param>
    /// <param name="configure">Sets the address of the engine and the settings of containers. Default: this machine's own engine.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseDocker(this OrcaTrainingBuilder builder, string machineName, Action<DockerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(machineName);
        var services = builder.Services;
        if (!services.Any(s => s.ServiceType == typeof(DockerRuntime) && machineName.Equals(s.ServiceKey)))
        {
            AddMachine(builder, machineName);
        }

        if (configure is not null)
        {
            services.Configure(machineName, configure);
        }

        return builder;
    }

    private static void AddMachine(OrcaTrainingBuilder builder, string machineName)
    {
        var services = builder.Services;
        var keys = SettingsKeys.Of(typeof(DockerOptions)).With(nameof(DockerOptions.Tls), SettingsKeys.Of(typeof(DockerTlsOptions)));
        builder.AddSettings<DockerOptions>($"Machines:{machineName}", machineName, keys, (section, options) => section.Bind(options));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DockerOptions>, DockerOptionsValidator>());

        // The container that makes the runtime disposes it, and its connections with it, when the host ends.
        services.AddKeyedSingleton(machineName, (provider, _) => new DockerRuntime(
            machineName,
            provider.GetRequiredService<IOptionsMonitor<DockerOptions>>().Get(machineName),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILogger<DockerRuntime>>() ?? NullLogger<DockerRuntime>.Instance));
        builder.AddMachine(machineName, provider => provider.GetRequiredKeyedService<DockerRuntime>(machineName));
    }
}
