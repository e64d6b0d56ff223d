using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;
using Orca.Training.Machines;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;
using Orca.Training.Tracking;

namespace Orca.Training.Testing;

/// <summary>
/// Puts fakes in place of a host's own parts. It does not matter whether the host's own <c>UseDocker()</c>, <c>UseSqlite()</c> and the like are called
/// before or after: a test takes the host as it is, and no engine, database or server is opened.
/// </summary>
public static class FakeRuntimeBuilderExtensions
{
    /// <summary>Adds a machine whose containers are scripted, in place of all real machines of the host. Called again with another name, it adds another fake.</summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned; a test of an existing host calls that again.</param>
    /// <param name="runtime">The fake; the test keeps it and scripts it.</param>
    /// <param name="machine">The machine's name.</param>
    public static OrcaTrainingBuilder UseFakeRuntime(this OrcaTrainingBuilder builder, FakeContainerRuntime runtime, string machine = "fake")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentException.ThrowIfNullOrEmpty(machine);
        StandIns.TakeOut<Machine>(builder.Services);
        builder.Services.AddSingleton(_ => new Machine(machine, runtime, Capacity: null));
        return builder;
    }

    /// <summary>
    /// Keeps jobs and their runs in memory, has every dataset that is asked for, and keeps what trainings leave (<see cref="FakeTraining.Leaves"/>) and
    /// print in memory: for tests that touch no disk and no database.
    /// </summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned; a test of an existing host calls that again.</param>
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

    /// <summary>As <see cref="UseFakeStores"/>, but jobs, runs, models and metrics stay in the host's own job store.</summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned; a test of an existing host calls that again.</param>
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

    /// <summary>Lets the whole host live in a virtual time; see <see cref="VirtualTime.RunAsync"/>.</summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned; a test of an existing host calls that again.</param>
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
