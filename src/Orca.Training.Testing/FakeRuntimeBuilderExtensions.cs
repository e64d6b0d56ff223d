using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Pools;
using Orca.Training.Runs;
using Orca.Training.Tracking;

namespace Orca.Training.Testing;

/// <summary>
/// Replaces parts of a host with fakes. The order does not matter: the host may call <c>UseDocker()</c>, <c>UseSqlite()</c> and similar
/// methods before or after. No engine, database or server is opened.
/// </summary>
public static class FakeRuntimeBuilderExtensions
{
    /// <summary>
    /// Replaces all machines of the host with one whose containers are scripted. Call it again with another name to add another fake
    /// machine.
    /// </summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>. A test of an existing host calls that again.</param>
    /// <param name="runtime">The fake. The test scripts it.</param>
    /// <param name="machine">The machine's name.</param>
    public static OrcaTrainingBuilder UseFakeRuntime(this OrcaTrainingBuilder builder, FakeContainerRuntime runtime, string machine = "fake")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentException.ThrowIfNullOrEmpty(machine);
        StandIns.TakeOut<Machine>(builder.Services);
        builder.Services.AddSingleton(_ => new Machine(machine, runtime, Capacity: null));
        StandIns.TakeOut<MachineFact>(builder.Services);
        builder.Services.AddSingleton(_ => new MachineFact(machine, Capacity: null));
        return builder;
    }

    /// <summary>
    /// Keeps jobs, runs, logs and the files of trainings (<see cref="FakeTraining.Leaves"/>) in memory. Every dataset exists. The test then uses no disk and no
    /// database.
    /// </summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>. A test of an existing host calls that again.</param>
    public static OrcaTrainingBuilder UseFakeStores(this OrcaTrainingBuilder builder)
    {
        builder.UseFakeFiles();
        var services = builder.Services;
        StandIns.Put<IJobStore>(services, OrcaTrainingBuilder.NewMemoryJobStore);
        StandIns.Put<IRunStore>(services, OrcaTrainingBuilder.NewRunStore);
        StandIns.Put<IModelStore>(services, OrcaTrainingBuilder.NewModelStore);
        StandIns.Put<IMetricStore>(services, OrcaTrainingBuilder.NewMetricStore);
        return builder;
    }

    /// <summary>As <see cref="UseFakeStores"/>, but jobs, runs, models and metrics stay in the job store of the host.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>. A test of an existing host calls that again.</param>
    public static OrcaTrainingBuilder UseFakeFiles(this OrcaTrainingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        StandIns.TakeOut<IPlaceAccess>(services);
        StandIns.Put<IDatasetStore>(services, _ => new FakeDatasetStore());
        StandIns.Put<IArtifactStore>(services, _ => new FakeArtifactStore());
        StandIns.Put<ILogStore>(services, _ => new FakeLogStore());
        return builder;
    }

    /// <summary>Runs the whole host in virtual time; see <see cref="VirtualTime.RunAsync"/>.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>. A test of an existing host calls that again.</param>
    /// <param name="time">The clock, from <see cref="VirtualTime.RunAsync"/>.</param>
    public static OrcaTrainingBuilder UseVirtualTime(this OrcaTrainingBuilder builder, VirtualTime time)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(time);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(new TrackerWork(time.Scheduler));
        return builder;
    }
}
