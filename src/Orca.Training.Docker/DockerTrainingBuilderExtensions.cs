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

    /// <summary>Runs trainings on this machine's own Docker Engine, as the machine <c>docker</c>.</summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseDocker(this OrcaTrainingBuilder builder) => builder.UseDocker(DefaultMachine);

    /// <summary>Runs trainings on a Docker Engine, as the machine <c>docker</c>.</summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned.</param>
    /// <param name="configure">Sets where the engine is and what containers are given.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseDocker(this OrcaTrainingBuilder builder, Action<DockerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.UseDocker(DefaultMachine, configure);
    }

    /// <summary>
    /// Runs trainings on a Docker Engine, as a machine of the given name. Calling it again for the same name sets more options
    /// of that machine.
    /// </summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned.</param>
    /// <param name="machineName">Unique within the host; recorded with each attempt, so keep it over restarts.</param>
    /// <param name="configure">Sets where the engine is and what containers are given. Default: this machine's own engine.</param>
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
