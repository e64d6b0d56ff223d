using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training;

/// <summary>Returned by <c>AddOrcaTraining()</c>; each package adds its <c>Use…()</c> to it.</summary>
public sealed class OrcaTrainingBuilder
{
    internal OrcaTrainingBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a machine; trainings are placed on machines in the order in which they were added.</summary>
    /// <param name="name">Unique within the host; keep it over restarts.</param>
    /// <param name="runtime">Makes its runtime.</param>
    /// <param name="capacity">What it has for trainings; null for all that the runtime says it has.</param>
    public OrcaTrainingBuilder AddMachine(string name, Func<IServiceProvider, IContainerRuntime> runtime, Resources? capacity = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(runtime);
        Services.AddSingleton(services => new Machine(name, runtime(services), capacity));
        return this;
    }

    /// <summary>Replaces the capacity policy, which is <see cref="CapacityPolicies.OneAtATime"/> otherwise.</summary>
    public OrcaTrainingBuilder UseCapacityPolicy(ICapacityPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Services.AddSingleton(policy);
        return this;
    }

    /// <summary>Keeps jobs in memory, as is done otherwise too, and says what is kept.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is too small.</exception>
    public OrcaTrainingBuilder UseMemoryJobStore(Action<MemoryJobStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new MemoryJobStoreOptions();
        configure(options);
        options.Check();
        return UseJobStore(services => new MemoryJobStore(options, services.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Replaces the job store, which is one in memory otherwise.</summary>
    public OrcaTrainingBuilder UseJobStore(Func<IServiceProvider, IJobStore> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Services.AddSingleton(store);
        return this;
    }

    /// <summary>Replaces the log store, which keeps logs in folders otherwise.</summary>
    public OrcaTrainingBuilder UseLogStore(Func<IServiceProvider, ILogStore> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Services.AddSingleton(store);
        return this;
    }
}
