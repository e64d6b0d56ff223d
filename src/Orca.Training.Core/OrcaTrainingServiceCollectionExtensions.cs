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
using Orca.Training.Diagnostics;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs;
using Orca.Training.Logs.Folders;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Settings;
using Orca.Training.Tracking;

namespace Orca.Training;

/// <summary>Adds the training service to a host.</summary>
public static class OrcaTrainingServiceCollectionExtensions
{
    /// <summary>
    /// Adds the training service: the job tracker, <see cref="ITrainingClient"/> and <see cref="ITrainingClientFactory"/>, and embedded
    /// defaults for everything else (jobs in memory, one at a time on each machine, datasets, artifacts and logs in folders). Add a machine to
    /// the result. Its settings are read from the section <c>OrcaTraining</c> of the host's configuration, and then as code sets them.
    /// Calling it again is harmless: the settings add up.
    /// </summary>
    public static OrcaTrainingBuilder AddOrcaTraining(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = new OrcaTrainingBuilder(services);
        if (services.All(s => s.ServiceType != typeof(SettingsSource)))
        {
            AddHostSettings(builder);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new TrackerWork(TaskScheduler.Default));
        services.TryAddSingleton(OrcaTrainingBuilder.NewMemoryJobStore);
        services.TryAddSingleton(OrcaTrainingBuilder.NewRunStore);
        services.TryAddSingleton(OrcaTrainingBuilder.NewModelStore);
        services.TryAddSingleton(OrcaTrainingBuilder.NewMetricStore);
        services.TryAddSingleton(CapacityPolicies.OneAtATime);
        services.TryAddSingleton<IDatasetStore>(s => new FolderDatasetStore(DataFolder(s, "datasets")) { IsShared = IsDataFolderShared(s), OthersCanRead = CanOthersRead(s) });
        services.TryAddSingleton<IArtifactStore>(s => new FolderArtifactStore(DataFolder(s, "runs"))
        {
            IsShared = IsDataFolderShared(s),
            OthersCanRead = CanOthersRead(s),
            Limits = s.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>().CurrentValue.Leavings.ToLimits(),
        });
        services.TryAddSingleton<ILogStore>(NewLogStore);
        services.TryAddSingleton<ITrainingClientFactory>(NewClient);
        services.TryAddSingleton(s => s.GetRequiredService<ITrainingClientFactory>().ForUser(null));
        services.TryAddSingleton(s => new UploadPlaces(() => s.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>().CurrentValue.Limits));
        services.TryAddSingleton<ForeignFaults>();
        services.TryAddSingleton<TrainingMetrics>();
        services.TryAddSingleton<TrackerState>();
        services.TryAddSingleton<TrackerService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TrackerHost>());
        return builder;
    }

    /// <summary>Adds the training service with settings made in code, which go before those of the host's configuration.</summary>
    public static OrcaTrainingBuilder AddOrcaTraining(this IServiceCollection services, Action<OrcaTrainingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.AddOrcaTraining();
        services.Configure(configure);
        return builder;
    }

    /// <summary>
    /// Adds the training service with settings from another configuration than the section <c>OrcaTraining</c> of the host's own, spelt
    /// as in <see cref="OrcaTrainingOptions"/>. They go before that section.
    /// </summary>
    public static OrcaTrainingBuilder AddOrcaTraining(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddOrcaTraining();
        var source = new SettingsSource(configuration);
        services.AddSingleton(source);
        services.AddSingleton<IOptionsChangeTokenSource<OrcaTrainingOptions>>(new ConfigurationChangeTokenSource<OrcaTrainingOptions>(configuration));
        services.Configure<OrcaTrainingOptions>(options =>
        {
            ForgetListsIn(configuration, options);
            source.BindTo("", Options.DefaultName, options, (section, o) => section.Bind(o));
        });
        return builder;
    }

    private static void AddHostSettings(OrcaTrainingBuilder builder)
    {
        var services = builder.Services;
        // A container without a configuration has no settings from there.
        services.AddSingleton(s => new SettingsSource((s.GetService<IConfiguration>() ?? new ConfigurationBuilder().Build()).GetSection(SettingsSource.Section)));
        services.AddSingleton(new SettingsPart("", SettingsKeys.Of(typeof(OrcaTrainingOptions))
            .With(nameof(OrcaTrainingOptions.Limits), SettingsKeys.Of(typeof(RequestLimits)))
            .With(nameof(OrcaTrainingOptions.Leavings), SettingsKeys.Of(typeof(LeavingsOptions)))
            .With(nameof(OrcaTrainingOptions.Retention), SettingsKeys.Of(typeof(RetentionOptions)))
            .With(nameof(OrcaTrainingOptions.Disk), SettingsKeys.Of(typeof(DiskOptions)))
            .WithEach(nameof(OrcaTrainingOptions.Algorithms), SettingsKeys.Of(typeof(AlgorithmOptions))
                .WithEach(nameof(AlgorithmOptions.DeclaredParameters), SettingsKeys.Of(typeof(ParameterOptions)))
                .With(nameof(AlgorithmOptions.Registry), SettingsKeys.Of(typeof(RegistryCredentials)))
                .With(nameof(AlgorithmOptions.Timeouts), SettingsKeys.Of(typeof(TimeoutOptions)))
                .With(nameof(AlgorithmOptions.Retries), SettingsKeys.Of(typeof(RetryOptions))))));
        services.AddOptions<OrcaTrainingOptions>()
            .Configure<IEnumerable<SettingsSource>>((options, sources) => sources.First().BindTo("", Options.DefaultName, options, (section, o) => section.Bind(o)))
            .ValidateOnStart();
        services.AddSingleton<IOptionsChangeTokenSource<OrcaTrainingOptions>>(s =>
            new ConfigurationChangeTokenSource<OrcaTrainingOptions>(s.GetServices<SettingsSource>().First().Configuration));
        services.AddSingleton<IOptionsMonitor<OrcaTrainingOptions>, SettingsMonitor>();
        services.AddSingleton<IValidateOptions<OrcaTrainingOptions>>(s => new OptionsValidator(s.GetServices<SettingsSource>().Last().Path));
        services.AddSingleton<IValidateOptions<MemoryJobStoreOptions>, MemoryJobStoreOptionsValidator>();
        builder.AddSettings<MemoryJobStoreOptions>("MemoryJobStore", Options.DefaultName, (section, options) => section.Bind(options));
    }

    /// <summary>Binding adds to a list: without this, a command that is set twice would be both, one after the other.</summary>
    private static void ForgetListsIn(IConfiguration configuration, OrcaTrainingOptions options)
    {
        foreach (var section in configuration.GetSection(nameof(options.Algorithms)).GetChildren())
        {
            if (!options.Algorithms.TryGetValue(section.Key, out var algorithm))
            {
                continue;
            }

            if (section.GetSection(nameof(algorithm.Command)).Exists())
            {
                algorithm.Command.Clear();
            }

            foreach (var parameter in section.GetSection(nameof(algorithm.DeclaredParameters)).GetChildren())
            {
                if (parameter.GetSection(nameof(ParameterOptions.Choices)).Exists() && algorithm.DeclaredParameters.TryGetValue(parameter.Key, out var declared))
                {
                    declared.Choices.Clear();
                }
            }

            if (section.GetSection(nameof(algorithm.Retries)).GetSection(nameof(algorithm.Retries.On)).Exists())
            {
                algorithm.Retries.On.Clear();
            }
        }
    }

    private static TrainingClient NewClient(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>();
        var maxRanks = services.GetServices<Machine>().Select(m => m.Runtime.Abilities.MaxRanks).DefaultIfEmpty(1).Max();
        var validator = new FromSettings<RequestValidator>(options, o => new RequestValidator(o.Limits, o.Algorithms.Keys, maxRanks, DefaultsIn(o)));
        return new TrainingClient(
            services.GetRequiredService<IJobStore>(),
            services.GetRequiredService<IDatasetStore>(),
            services.GetRequiredService<ILogStore>(),
            new DataStores(
                services.GetRequiredService<IDatasetStore>(),
                services.GetRequiredService<IArtifactStore>(),
                services.GetRequiredService<IRunStore>(),
                services.GetRequiredService<IModelStore>(),
                services.GetRequiredService<IMetricStore>()),
            () => validator.Current,
            services.GetRequiredService<TimeProvider>(),
            new SafeLogger<TrainingClient>(services.GetRequiredService<ILogger<TrainingClient>>(), services.GetRequiredService<ForeignFaults>()),
            services.GetRequiredService<TrainingMetrics>());
    }

    private static Dictionary<string, AlgorithmDefaults> DefaultsIn(OrcaTrainingOptions options) => options.Algorithms
        .ToDictionary(
            a => a.Key,
            a => new AlgorithmDefaults(a.Value.Timeouts.ForRequests, a.Value.Retries.ForRequests)
            {
                Parameters = [.. a.Value.Parameters.Keys],
                Rules = new ParameterRules(a.Key, a.Value),
            },
            StringComparer.Ordinal);

    private static FolderLogStore NewLogStore(IServiceProvider services) => new(
        DataFolder(services, "logs"),
        services.GetRequiredService<TimeProvider>(),
        (long)services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value.MaxLogMiB << 20)
    {
        IsShared = IsDataFolderShared(services),
        OthersCanRead = CanOthersRead(services),
    };

    private static bool CanOthersRead(IServiceProvider services) =>
        services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value.OtherUsersCanRead;

    private static bool IsDataFolderShared(IServiceProvider services) =>
        services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value.DataFolderIsShared;

    private static string DataFolder(IServiceProvider services, string part)
    {
        var root = services.GetRequiredService<IHostEnvironment>().ContentRootPath;
        var folder = services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value.DataFolder;
        return Path.GetFullPath(Path.Combine(root, folder, part));
    }
}
