using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Logs;

internal static class LogSamples
{
    public static AttemptName Attempt { get; } = new(new InstallationId("here"), new AttemptId(new JobId(7), 2));

    /// <summary>The store that hosts under test have.</summary>
    public static ILogStore FakeStore()
    {
        var services = new ServiceCollection();
        services.AddOrcaTraining().UseFakeStores();
        return services.BuildServiceProvider().GetRequiredService<ILogStore>();
    }
}
