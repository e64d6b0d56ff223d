using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Auditing;
using Orca.Training.Auditing.Memory;
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
using Orca.Training.Ownership;
using Orca.Training.Ownership.Memory;
using Orca.Training.Pools;
using Orca.Training.Queueing;
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
    /// defaults for everything else (jobs in memory, one at a time on each machine, datasets, artifacts and logs in folders). Add a machine
    /// to the result. The settings are read from the section <c>OrcaTraining</c> of the host's configuration; settings in code override
    /// them. It can be called several times; the settings are combined.
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
        services.TryAddSingleton<ICapacityPolicy>(s => new DefaultPolicy(s.GetRequiredService<CurrentPools>()));
        services.TryAddSingleton<IDatasetStore>(s => new FolderDatasetStore(DataFolder(s, "datasets")) { IsShared = IsDataFolderShared(s), OthersCanRead = CanOthersRead(s) });
        services.TryAddSingleton<IArtifactStore>(s => new FolderArtifactStore(DataFolder(s, "runs"))
        {
            IsShared = IsDataFolderShared(s),
            OthersCanRead = CanOthersRead(s),
            Limits = s.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>().CurrentValue.Leavings.ToLimits(),
        });
        services.TryAddSingleton<ILogStore>(NewLogStore);
        services.TryAddSingleton(s => new PoolRemovals(s.GetRequiredService<IJobStore>, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<PoolStart>();
        services.TryAddSingleton(s => new CurrentPools(s.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>()));
        services.TryAddSingleton<IPoolResolver>(s =>
        {
            var pools = s.GetRequiredService<CurrentPools>();
            return new ConfiguredPools(() => pools.Settings);
        });
        services.TryAddSingleton(NewClientServices);
        services.TryAddSingleton<ITrainingClient>(s => new TrainingClient(s.GetRequiredService<ClientServices>()));
        services.TryAddSingleton<ITrainingAccess>(s => new ConfiguredAccess(s.GetRequiredService<IOptions<AccessOptions>>().Value));
        services.TryAddSingleton<ITrainingClientFactory>(s => new TrainingClients(
            s.GetRequiredService<ClientServices>(),
            s.GetRequiredService<ITrainingAccess>(),
            s.GetRequiredService<IOptions<AccessOptions>>().Value,
            s.GetRequiredService<INameOwners>()));
        services.TryAddSingleton<INameOwners>(_ => new MemoryNameOwners());
        services.TryAddSingleton<IAuditStore>(_ => new MemoryAuditStore());
        services.TryAddSingleton(s => new UploadPlaces(() => s.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>().CurrentValue.Limits));
        services.TryAddSingleton<ForeignFaults>();
        services.TryAddSingleton<TrainingMetrics>();
        services.TryAddSingleton(NewQueueView);
        services.TryAddSingleton<TrackerState>();
        services.TryAddSingleton<TrackerService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TrackerHost>());
        return builder;
    }

    /// <summary>Adds the training service with settings in code, which override those of the host's configuration.</summary>
    public static OrcaTrainingBuilder AddOrcaTraining(this IServiceCollection services, Action<OrcaTrainingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.AddOrcaTraining();
        services.Configure(configure);
        return builder;
    }

    /// <summary>
    /// Adds the training service with settings from a section of another configuration, with the names of <see
    /// cref="OrcaTrainingOptions"/>. They override the section <c>OrcaTraining</c> of the host's configuration.
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
            source.BindTo("", Options.DefaultName, options, OwnKeys(), BindOwn);
        });
        return builder;
    }

    private static void AddHostSettings(OrcaTrainingBuilder builder)
    {
        var services = builder.Services;
        // A container without a configuration has no settings from there.
        services.AddSingleton(s =>
        {
            var whole = s.GetService<IConfiguration>() ?? new ConfigurationBuilder().Build();
            return new SettingsSource(whole.GetSection(SettingsSource.Section)) { Whole = whole };
        });
        services.AddSingleton(new SettingsPart("", OwnKeys()));
        services.AddSingleton<SettingsCheck>();
        services.AddSingleton<IValidateOptions<OrcaTrainingOptions>>(s => s.GetRequiredService<SettingsCheck>());
        services.AddOptions<OrcaTrainingOptions>()
            .Configure<IEnumerable<SettingsSource>>((options, sources) => sources.First().BindTo("", Options.DefaultName, options, OwnKeys(), BindOwn))
            .ValidateOnStart();
        services.AddSingleton<IOptionsChangeTokenSource<OrcaTrainingOptions>>(s =>
            new ConfigurationChangeTokenSource<OrcaTrainingOptions>(s.GetServices<SettingsSource>().First().Configuration));
        services.AddSingleton<IOptionsMonitor<OrcaTrainingOptions>, SettingsMonitor>();
        services.AddSingleton<IValidateOptions<OrcaTrainingOptions>>(s => new OptionsValidator(s.GetServices<SettingsSource>().Last().Path, s.GetServices<MachineFact>()));
        services.AddSingleton<IValidateOptions<MemoryJobStoreOptions>, MemoryJobStoreOptionsValidator>();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        builder.AddSettings<AccessOptions>("Access", Options.DefaultName, (section, options) => section.Bind(options));
        services.AddSingleton(new SettingsPart(
            "Access", SettingsKeys.Of(typeof(AccessOptions)).WithEach(nameof(AccessOptions.Roles), SettingsKeys.Of(typeof(AccessRoleOptions)))));
        builder.AddSettings<MemoryJobStoreOptions>("MemoryJobStore", Options.DefaultName, (section, options) => section.Bind(options));
    }

    private static SettingsKeys OwnKeys() => SettingsKeys.Of(typeof(OrcaTrainingOptions))
        .With(nameof(OrcaTrainingOptions.Limits), SettingsKeys.Of(typeof(RequestLimits)))
        .With(nameof(OrcaTrainingOptions.Leavings), SettingsKeys.Of(typeof(LeavingsOptions)))
        .With(nameof(OrcaTrainingOptions.Retention), SettingsKeys.Of(typeof(RetentionOptions)))
        .With(nameof(OrcaTrainingOptions.Disk), SettingsKeys.Of(typeof(DiskOptions)))
        .WithEach(nameof(OrcaTrainingOptions.Algorithms), SettingsKeys.Of(typeof(AlgorithmOptions))
            .WithEach(nameof(AlgorithmOptions.DeclaredParameters), SettingsKeys.Of(typeof(ParameterOptions)))
            .With(nameof(AlgorithmOptions.Registry), SettingsKeys.Of(typeof(RegistryCredentials)))
            .With(nameof(AlgorithmOptions.Timeouts), SettingsKeys.Of(typeof(TimeoutOptions)))
            .With(nameof(AlgorithmOptions.Retries), SettingsKeys.Of(typeof(RetryOptions))))
        .WithEach(nameof(OrcaTrainingOptions.Pools), SettingsKeys.Of(typeof(PoolOptions))
            .WithEach(nameof(PoolOptions.Machines), SettingsKeys.Of(typeof(PoolShareOptions)))
            .With(nameof(PoolOptions.Most), SettingsKeys.Of(typeof(PoolLimitOptions)))
            .With(nameof(PoolOptions.PerUser), SettingsKeys.Of(typeof(PoolLimitOptions))));

    private static void BindOwn(IConfiguration section, OrcaTrainingOptions options)
    {
        section.Bind(options);
        // A section that is there and says nothing binds to nothing: a pool on a machine without figures is one.
        foreach (var from in section.GetSection(nameof(options.Pools)).GetChildren())
        {
            if (!options.Pools.TryGetValue(from.Key, out var pool) || pool is null)
            {
                options.Pools[from.Key] = pool = new PoolOptions();
            }

            foreach (var machine in from.GetSection(nameof(pool.Machines)).GetChildren().Select(m => m.Key))
            {
                if (!pool.Machines.TryGetValue(machine, out var share) || share is null)
                {
                    pool.Machines[machine] = new PoolShareOptions();
                }
            }
        }
    }

    /// <summary>Binding adds to a list: without this, a command that is set twice would be both, one after the other.</summary>
    private static void ForgetListsIn(IConfiguration configuration, OrcaTrainingOptions options)
    {
        foreach (var section in configuration.GetSection(nameof(options.Pools)).GetChildren())
        {
            if (section.GetSection(nameof(PoolOptions.Users)).Exists() && options.Pools.TryGetValue(section.Key, out var pool))
            {
                pool.Users.Clear();
            }
        }

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

    private static ClientServices NewClientServices(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>();
        var maxRanks = services.GetServices<Machine>().Select(m => m.Runtime.Abilities.MaxRanks).DefaultIfEmpty(1).Max();
        var validator = new FromSettings<RequestValidator>(options, o => new RequestValidator(o.Limits, o.Algorithms.Keys, maxRanks, DefaultsIn(o)));
        var algorithms = new FromSettings<IReadOnlyList<AlgorithmInfo>>(
            options, o => [.. o.Algorithms.Select(a => AlgorithmInfo.Of(a.Key, a.Value)).OrderBy(a => a.Name, StringComparer.Ordinal)]);
        var pools = services.GetRequiredService<CurrentPools>();
        var time = services.GetRequiredService<TimeProvider>();
        var logger = new SafeLogger<TrainingClient>(services.GetRequiredService<ILogger<TrainingClient>>(), services.GetRequiredService<ForeignFaults>());
        return new ClientServices(
            services.GetRequiredService<IJobStore>(),
            services.GetRequiredService<ILogStore>(),
            new DataStores(
                services.GetRequiredService<IDatasetStore>(),
                services.GetRequiredService<IArtifactStore>(),
                services.GetRequiredService<IRunStore>(),
                services.GetRequiredService<IModelStore>(),
                services.GetRequiredService<IMetricStore>()),
            () => validator.Current,
            time,
            logger)
        {
            Algorithms = () => algorithms.Current,
            Queue = services.GetRequiredService<QueueView>(),
            Pools = new PoolGate(
                () => pools.Settings,
                services.GetRequiredService<IPoolResolver>(),
                services.GetRequiredService<IJobStore>(),
                time,
                services.GetRequiredService<ForeignFaults>()),
            Metrics = services.GetRequiredService<TrainingMetrics>(),
            Audit = new AuditTrail(services.GetRequiredService<IAuditStore>(), services.GetRequiredService<IOptions<AccessOptions>>().Value, time, logger),
        };
    }

    private static QueueView NewQueueView(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>();
        var pools = services.GetRequiredService<CurrentPools>();
        var faults = services.GetRequiredService<ForeignFaults>();
        var policy = new TermPolicy(services.GetRequiredService<IServiceScopeFactory>());
        var view = new QueueView(
            services.GetRequiredService<IJobStore>(),
            new QueueSettings(
                [.. services.GetServices<Machine>().Select(m => m.Name)],
                policy,
                r => Demands.Of(r, options.CurrentValue),
                j => Demands.PoolOf(j, pools.Settings),
                () => Demands.PoolsOf(pools.Settings))
            {
                End = () => policy.Dispose(faults),
            },
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<TrackerWork>().Run,
            services.GetRequiredService<ILogger<TrackerService>>());
        options.OnChange(_ => view.Reload());
        return view;
    }

    private static Dictionary<string, AlgorithmDefaults> DefaultsIn(OrcaTrainingOptions options) => options.Algorithms
        .ToDictionary(
            a => a.Key,
            a => new AlgorithmDefaults(a.Value.Timeouts.ForRequests, a.Value.Retries.ForRequests)
            {
                Parameters = [.. a.Value.Parameters.Keys],
                Rules = new ParameterRules(a.Key, a.Value),
                Bounds = ResourceBounds.Of(a.Key, a.Value),
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
