using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Tracking;

namespace Orca.Training.Testing;

/// <summary>Adds fakes to a host under test.</summary>
public static class FakeRuntimeBuilderExtensions
{
    /// <summary>Adds a machine whose containers are scripted, in place of a real engine.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="runtime">The fake; the test keeps it and scripts it.</param>
    /// <param name="machine">The machine's name.</param>
    public static OrcaTrainingBuilder UseFakeRuntime(this OrcaTrainingBuilder builder, FakeContainerRuntime runtime, string machine = "fake")
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMachine(machine, _ => runtime);
    }

    /// <summary>Has every dataset that is asked for, and keeps what trainings leave (<see cref="FakeTraining.Leaves"/>) and print in memory: for tests that touch no disk.</summary>
    public static OrcaTrainingBuilder UseFakeStores(this OrcaTrainingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IDatasetStore, FakeDatasetStore>();
        builder.Services.AddSingleton<IArtifactStore, FakeArtifactStore>();
        return builder.UseLogStore(_ => new FakeLogStore());
    }

    /// <summary>Lets the whole host live in a virtual time; see <see cref="VirtualTime.RunAsync"/>.</summary>
    public static OrcaTrainingBuilder UseVirtualTime(this OrcaTrainingBuilder builder, VirtualTime time)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(time);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(new TrackerWork(time.Scheduler));
        return builder;
    }
}
