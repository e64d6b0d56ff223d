using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orca.Training.Kubernetes;

namespace Orca.Training;

/// <summary>Adds namespaces of Kubernetes clusters as machines.</summary>
public static class KubernetesTrainingBuilderExtensions
{
    private const string DefaultMachine = "kubernetes";

    /// <summary>Runs trainings in the namespace of the current context, as the machine <c>kubernetes</c>.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseKubernetes(this OrcaTrainingBuilder builder) => builder.UseKubernetes(DefaultMachine);

    /// <summary>Runs trainings in a namespace of a cluster, as the machine <c>kubernetes</c>.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="configure">Sets the address of the cluster and the settings of pods.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseKubernetes(this OrcaTrainingBuilder builder, Action<KubernetesOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.UseKubernetes(DefaultMachine, configure);
    }

    /// <summary>
    /// Runs trainings in a namespace of a cluster, as a machine with the given name. Call it again with the same name to set more options
    /// of that machine.
    /// </summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="machineName">
    /// The name, unique within the host. It is stored with each attempt, so do not change it between restarts.
    /// </param>
    /// <param name="configure">
    /// Sets the address of the cluster and the settings of pods. Default: the current context and its namespace.
    /// </param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseKubernetes(this OrcaTrainingBuilder builder, string machineName, Action<KubernetesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(machineName);
        var services = builder.Services;
        if (!services.Any(s => s.ServiceType == typeof(KubernetesRuntime) && machineName.Equals(s.ServiceKey)))
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
        builder.AddSettings<KubernetesOptions>($"Machines:{machineName}", machineName, (section, options) => section.Bind(options));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KubernetesOptions>, KubernetesOptionsValidator>());

        // The container that makes the runtime disposes it, and its connections with it, when the host ends.
        services.AddKeyedSingleton(machineName, (provider, _) => new KubernetesRuntime(
            machineName,
            provider.GetRequiredService<IOptionsMonitor<KubernetesOptions>>().Get(machineName),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILogger<KubernetesRuntime>>() ?? NullLogger<KubernetesRuntime>.Instance));
        builder.AddMachine(machineName, provider => provider.GetRequiredKeyedService<KubernetesRuntime>(machineName));
    }
}
