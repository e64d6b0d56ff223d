using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orca.Training.Artifacts;
using Orca.Training.Auditing;
using Orca.Training.Auditing.Memory;
using Orca.Training.Datasets;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Metrics.Memory;
using Orca.Training.Models;
using Orca.Training.Models.Memory;
using Orca.Training.Ownership;
using Orca.Training.Ownership.Memory;
using Orca.Training.Pools;
using Orca.Training.Runs;
using Orca.Training.Runs.Kept;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Settings;

namespace Orca.Training;

/// <summary>The result of <c>AddOrcaTraining()</c>. Each package adds its <c>Use…()</c> methods to it.</summary>
public sealed class OrcaTrainingBuilder
{
    internal OrcaTrainingBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a machine. Trainings are placed on machines in the order in which they were added.</summary>
    /// <param name="name">The name, unique within the host. Do not change it between restarts.</param>
    /// <param name="runtime">Creates its runtime.</param>
    /// <param name="capacity">The capacity for trainings. Null: all that the runtime reports.</param>
    public OrcaTrainingBuilder AddMachine(string name, Func<IServiceProvider, IContainerRuntime> runtime, Resources? capacity = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(runtime);
        StandIns.Register(Services, services => new Machine(name, runtime(services), capacity));
        StandIns.Register(Services, _ => new MachineFact(name, capacity));
        return this;
    }

    /// <summary>
    /// Reads the options of a package from a section below <c>OrcaTraining</c>, and validates them when the host starts. Keys in the
    /// section that are not properties of the options stop the start, unless <see cref="OrcaTrainingOptions.AllowUnknownSettings"/> is on.
    /// Keys below a property are not checked.
    /// </summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="section">The section's path below <c>OrcaTraining</c>, such as <c>Machines:docker</c>.</param>
    /// <param name="name">The options' name; empty for the default ones.</param>
    /// <param name="bind">Binds the section to the options: <c>(section, options) => section.Bind(options)</c>.</param>
    /// <returns>The options builder, for settings in code, which override the configuration.</returns>
    public OptionsBuilder<TOptions> AddSettings<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        string section, string name, Action<IConfiguration, TOptions> bind)
        where TOptions : class
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(bind);
        return AddSettings(section, name, SettingsKeys.Of(typeof(TOptions)), bind);
    }

    /// <summary>The same with options that hold options of their own.</summary>
    internal OptionsBuilder<TOptions> AddSettings<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        string section, string name, SettingsKeys keys, Action<IConfiguration, TOptions> bind)
        where TOptions : class
    {
        Services.AddSingleton(new SettingsPart(section, keys));
        return Services.AddOptions<TOptions>(name)
            .Configure<IEnumerable<SettingsSource>>((options, sources) =>
            {
                foreach (var source in sources)
                {
                    source.BindTo(section, name, options, keys, bind);
                }
            })
            .ValidateOnStart();
    }

    /// <summary>Adds a pool, or sets more of one that the configuration has.</summary>
    /// <param name="name">The name. Do not change it while trainings of the pool are open.</param>
    /// <param name="configure">Sets its machines, users and limits.</param>
    public OrcaTrainingBuilder AddPool(string name, Action<PoolOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure<OrcaTrainingOptions>(options =>
        {
            if (!options.Pools.TryGetValue(name, out var pool) || pool is null)
            {
                options.Pools[name] = pool = new PoolOptions();
            }

            configure(pool);
        });
        return this;
    }

    /// <summary>Replaces what says which pools a caller may use. Default: <see cref="PoolOptions.Users"/>.</summary>
    /// <typeparam name="TResolver">The resolver. There is one for the host; it is asked by several threads at the same time.</typeparam>
    public OrcaTrainingBuilder UsePoolResolver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TResolver>()
        where TResolver : class, IPoolResolver
    {
        Services.AddSingleton<IPoolResolver, TResolver>();
        return this;
    }

    /// <summary>Replaces the capacity policy. Default: <see cref="CapacityPolicies.OneAtATime"/>.</summary>
    public OrcaTrainingBuilder UseCapacityPolicy(ICapacityPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Services.AddSingleton(policy);
        return this;
    }

    /// <summary>
    /// Replaces the capacity policy with one that is created from services of the host, in its own scope, so it may use scoped services.
    /// Policy and scope exist while this host is the decider.
    /// </summary>
    /// <typeparam name="TPolicy">The policy. It is called by one thread at a time, many times per second.</typeparam>
    public OrcaTrainingBuilder UseCapacityPolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>()
        where TPolicy : class, ICapacityPolicy
    {
        Services.AddScoped<ICapacityPolicy, TPolicy>();
        return this;
    }

    /// <summary>
    /// Replaces the capacity policy with one that a function creates from services of the host, in its own scope, like <see
    /// cref="UseCapacityPolicy{TPolicy}"/>.
    /// </summary>
    /// <param name="policy">Creates the policy, which is disposed with its scope.</param>
    public OrcaTrainingBuilder UseCapacityPolicy(Func<IServiceProvider, ICapacityPolicy> policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Services.AddScoped(policy);
        return this;
    }

    /// <summary>
    /// Keeps jobs in memory, which is the default, and sets options, which override <c>OrcaTraining:MemoryJobStore</c> in the
    /// configuration.
    /// </summary>
    public OrcaTrainingBuilder UseMemoryJobStore(Action<MemoryJobStoreOptions>? configure = null)
    {
        if (configure is not null)
        {
            Services.Configure(configure);
        }

        return UseJobStore(NewMemoryJobStore);
    }

    /// <summary>Replaces the job store. Default: in memory.</summary>
    public OrcaTrainingBuilder UseJobStore(Func<IServiceProvider, IJobStore> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        StandIns.Register(Services, store);
        return UseRunStores(NewRunStore, NewModelStore, NewMetricStore).UseAccessStores(_ => new MemoryNameOwners(), _ => new MemoryAuditStore());
    }

    /// <summary>
    /// Replaces the stores of runs, models and metrics. The job stores of this project keep them in their own database. With another job
    /// store, the default has the runs and models of kept jobs only, and keeps metrics in memory.
    /// </summary>
    /// <param name="runs">Creates the store of runs.</param>
    /// <param name="models">Creates the store of models.</param>
    /// <param name="metrics">Creates the store of metrics.</param>
    public OrcaTrainingBuilder UseRunStores(
        Func<IServiceProvider, IRunStore> runs, Func<IServiceProvider, IModelStore> models, Func<IServiceProvider, IMetricStore> metrics)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(metrics);
        StandIns.Register(Services, runs);
        StandIns.Register(Services, models);
        StandIns.Register(Services, metrics);
        return this;
    }

    /// <summary>Puts it into the job store's database whose names are, and who did what; otherwise both are kept in memory.</summary>
    internal OrcaTrainingBuilder UseAccessStores(Func<IServiceProvider, INameOwners> owners, Func<IServiceProvider, IAuditStore> audit)
    {
        StandIns.Register(Services, owners);
        StandIns.Register(Services, audit);
        return this;
    }

    /// <summary>Replaces the log store. Default: folders.</summary>
    public OrcaTrainingBuilder UseLogStore(Func<IServiceProvider, ILogStore> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        StandIns.Register(Services, store);
        return this;
    }

    /// <summary>Replaces the dataset store. Default: folders.</summary>
    public OrcaTrainingBuilder UseDatasetStore(Func<IServiceProvider, IDatasetStore> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        StandIns.Register(Services, store);
        return this;
    }

    /// <summary>Replaces the artifact store. Default: folders.</summary>
    public OrcaTrainingBuilder UseArtifactStore(Func<IServiceProvider, IArtifactStore> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        StandIns.Register(Services, store);
        return this;
    }

    internal static IRunStore NewRunStore(IServiceProvider services) => new KeptRunStore(services.GetRequiredService<IJobStore>());

    internal static IModelStore NewModelStore(IServiceProvider services) => new MemoryModelStore(services.GetRequiredService<IRunStore>());

    internal static IMetricStore NewMetricStore(IServiceProvider services) => new MemoryMetricStore();

    internal static IJobStore NewMemoryJobStore(IServiceProvider services) =>
        new MemoryJobStore(services.GetRequiredService<IOptions<MemoryJobStoreOptions>>().Value, services.GetRequiredService<TimeProvider>());
}
