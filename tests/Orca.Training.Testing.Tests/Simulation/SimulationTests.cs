using System.Globalization;
using Orca.Training.Testing.Simulation;

namespace Orca.Training.Testing.Tests.Simulation;

using Simulation = Orca.Training.Testing.Simulation.Simulation;

public sealed class SimulationTests
{
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("ORCA_SEEDS") ?? "2000", CultureInfo.InvariantCulture);
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("ORCA_FIRST_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void Every_invariant_holds_after_every_step_of_every_seed()
    {
        var steps = 0L;
        for (var seed = FirstSeed; seed < FirstSeed + Seeds; seed++)
        {
            steps += Simulation.Run(seed, SettingsOf(seed));
        }

        TestContext.Current.SendDiagnosticMessage("{0} seeds, {1} steps", Seeds, steps);
        Assert.True(steps > Seeds);
    }

    private static SimulationSettings SettingsOf(int seed) => new()
    {
        Jobs = 2 + (seed % 17),
        Slots = 1 + (seed % 4),
        FaultySteps = 200 + (seed % 7 * 200),
    };
}
