using System.Globalization;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing.Simulation;

namespace Orca.Training.Testing.Tests.Simulation;

using Simulation = Orca.Training.Testing.Simulation.Simulation;

/// <summary>ORCA_SEEDS and ORCA_FIRST_SEED choose other seeds than the usual ones: a longer run, or one that failed.</summary>
public sealed class SimulationTests
{
    private static readonly int Seeds = Number("ORCA_SEEDS", 10_000);
    // A bug that takes more than this to be found would be found too late.
    private const int Tries = 1000;

    private static readonly int FirstSeed = Number("ORCA_FIRST_SEED", 1);

    public static TheoryData<string, string> Bugs => new()
    {
        { nameof(PlantedBugs.StartsBeforeRecorded), "3: an attempt is recorded before its containers are made" },
        { nameof(PlantedBugs.RemovesBeforeRecorded), "4: a container is removed only after its end is recorded" },
        { nameof(PlantedBugs.ForgetsContainers), "1: every submission reaches a final state" },
        { nameof(PlantedBugs.TrustsOldListings), "4: what is recorded agrees with the machine" },
        { nameof(PlantedBugs.ForgetsUnansweredStarts), "1: every submission reaches a final state" },
        { nameof(PlantedBugs.CancelsWhatEnded), "2: a final state never changes" },
        { nameof(PlantedBugs.TakesAFailedFetchForDone), "3: what is published was written by its attempt" },
        { nameof(PlantedBugs.WritesWithoutItsTerm), "0: of a host that has been replaced nothing is written" },
        { nameof(PlantedBugs.WaitsForALostAnswer), "1: every submission reaches a final state" },
        { nameof(PlantedBugs.RemovesWhatItDoesNotKnow), "4: a container is removed only after its end is recorded" },
        { nameof(PlantedBugs.OverlooksDependencies), "9: a job starts when all that it waits for have succeeded" },
        { nameof(PlantedBugs.NeverLooksUp), "1: every submission reaches a final state" },
        { nameof(PlantedBugs.RetriesBeyondThePolicy), "11: attempts are as many as the policy allows" },
        { nameof(PlantedBugs.ForgetsToRetry), "11: what the policy tries again is tried again" },
        { nameof(PlantedBugs.StartsWhatIsHeld), "8: what is held does not start" },
        { nameof(PlantedBugs.ForgetsWhatAKeyStandsFor), "10: a key stands for one job" },
        { nameof(PlantedBugs.BlamesNobodyForAFailedStep), "1: every submission reaches a final state" },
        { nameof(PlantedBugs.WaitsByTheWallClock), "13: a limit counts the time that passes" },
        { nameof(PlantedBugs.GoesOnAfterTruncation), "1: every submission reaches a final state" },
    };

    [Fact]
    public void Every_invariant_holds_after_every_step_of_every_seed()
    {
        TestContext.Current.SendDiagnosticMessage("Seeds {0} to {1}", FirstSeed, FirstSeed + Seeds - 1);
        var steps = 0L;
        Parallel.For(FirstSeed, FirstSeed + Seeds, seed => Interlocked.Add(ref steps, Simulation.Run(seed, SettingsOf(seed))));

        Assert.True(steps > Seeds * 200L, $"only {steps} steps were simulated");
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_planted_bug_is_found(string bug, string rule)
    {
        var failure = FirstFailure(settings => settings with { Bug = () => (PlantedBug)Activator.CreateInstance(typeof(PlantedBugs).GetNestedType(bug)!)! });

        Assert.StartsWith(rule, failure.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_forgets_the_quota_is_found()
    {
        var failure = FirstFailure(settings => settings with { Policy = CapacityPolicies.Jobs(settings.Slots + 1) });

        Assert.StartsWith("7: use never exceeds the quota", failure.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_seed_replays_exactly_and_shows_its_last_steps()
    {
        static SimulationSettings Settings(SimulationSettings settings) => settings with { Bug = () => new PlantedBugs.RemovesBeforeRecorded() };
        var first = FirstFailure(Settings);

        var again = Assert.Throws<SimulationFailure>(() => Simulation.Run(first.Seed, Settings(SettingsOf(first.Seed))));

        Assert.Equal(first.Message, again.Message);
        Assert.Contains($"Seed {first.Seed}", first.Message, StringComparison.Ordinal);
        Assert.InRange(first.Trace.Split('\n').Length, 5, 60);
    }

    private static SimulationFailure FirstFailure(Func<SimulationSettings, SimulationSettings> change)
    {
        for (var seed = 1; seed <= Tries; seed++)
        {
            try
            {
                Simulation.Run(seed, change(SettingsOf(seed)));
            }
            catch (SimulationFailure failure)
            {
                return failure;
            }
        }

        throw new Xunit.Sdk.XunitException($"No seed of {Tries} found the bug.");
    }

    private static SimulationSettings SettingsOf(int seed) => new()
    {
        Hosts = 1 + (seed % 3),
        Jobs = 2 + (seed % 17),
        Slots = 1 + (seed % 4),
        FaultySteps = 200 + (seed % 7 * 200),
        CopiesFolders = seed % 5 == 0,
    };

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
