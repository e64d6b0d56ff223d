using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Tracking;

namespace Orca.Training;

/// <summary>Adds the training service to a host.</summary>
public static class OrcaTrainingServiceCollectionExtensions
{
    /// <summary>
    /// Adds the training service: the job tracker, <see cref="ITrainingClient"/> and <see cref="ITrainingClientFactory"/>, and embedded defaults for everything else (jobs in
    /// memory, one at a time on each machine, datasets and artifacts in folders). Add a machine to the result. Calling it again is
    /// harmless: the settings add up.
    /// </summary>
    public static OrcaTrainingBuilder AddOrcaTraining(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<OrcaTrainingOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OrcaTrainingOptions>, OptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new TrackerWork(TaskScheduler.Default));
        services.TryAddSingleton<IJobStore>(s => new MemoryJobStore(new MemoryJobStoreOptions(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(CapacityPolicies.OneAtATime);
        services.TryAddSingleton<IDatasetStore>(s => new FolderDatasetStore(DataFolder(s, "datasets")));
        services.TryAddSingleton<IArtifactStore>(s => new FolderArtifactStore(DataFolder(s, "runs")));
        services.TryAddSingleton<ITrainingClientFactory>(NewClient);
        services.TryAddSingleton(s => s.GetRequiredService<ITrainingClientFactory>().ForUser(null));
        services.TryAddSingleton<TrackerState>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TrackerService>());
        return new OrcaTrainingBuilder(services);
    }

    /// <summary>Adds the training service with settings made in code.</summary>
    public static OrcaTrainingBuilder AddOrcaTraining(this IServiceCollection services, Action<OrcaTrainingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<OrcaTrainingOptions>().Configure(configure);
        return services.AddOrcaTraining();
    }

    /// <summary>Adds the training service with settings from configuration, spelt as in <see cref="OrcaTrainingOptions"/>.</summary>
    public static OrcaTrainingBuilder AddOrcaTraining(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<OrcaTrainingOptions>().Configure(options => ForgetCommandsIn(configuration, options)).Bind(configuration);
        return services.AddOrcaTraining();
    }

    /// <summary>Binding adds to a list: without this, a command that is set twice would be both, one after the other.</summary>
    private static void ForgetCommandsIn(IConfiguration configuration, OrcaTrainingOptions options)
    {
        foreach (var section in configuration.GetSection(nameof(options.Algorithms)).GetChildren())
        {
            if (options.Algorithms.TryGetValue(section.Key, out var algorithm) && section.GetSection(nameof(algorithm.Command)).Exists())
            {
                algorithm.Command.Clear();
            }
        }
    }

    private static TrainingClient NewClient(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value;
        var maxRanks = services.GetServices<Machine>().Select(m => m.Runtime.Abilities.MaxRanks).DefaultIfEmpty(1).Max();
        var validator = new RequestValidator(options.Limits, options.Algorithms.Keys, maxRanks);
        return new TrainingClient(
            services.GetRequiredService<IJobStore>(),
            services.GetRequiredService<IDatasetStore>(),
            () => validator,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<TrainingClient>>());
    }

    private static string DataFolder(IServiceProvider services, string part)
    {
        var root = services.GetRequiredService<IHostEnvironment>().ContentRootPath;
        var folder = services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value.DataFolder;
        return Path.GetFullPath(Path.Combine(root, folder, part));
    }
}
