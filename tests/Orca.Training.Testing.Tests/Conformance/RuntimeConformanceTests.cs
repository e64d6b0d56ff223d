using System.Reflection;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Runtimes;
using Suite = Orca.Training.Testing.Conformance.Runtimes.ContainerRuntimeConformance;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>The suite is tried on runtimes that are broken on purpose: a case that can't fail is worth nothing.</summary>
public sealed class RuntimeConformanceTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { nameof(BrokenRuntimes.LosesTheExitCode), nameof(Suite.An_end_is_seen_and_listed_with_its_exit_code) },
        { nameof(BrokenRuntimes.ForgetsWhatItStartedWhenTheHostRestarts), nameof(Suite.A_restarted_host_finds_reads_stops_and_removes_what_the_last_one_started) },
        { nameof(BrokenRuntimes.StartsAnewWhatExists), nameof(Suite.An_attempt_that_is_started_twice_has_one_container) },
        { nameof(BrokenRuntimes.StartsAnewWhatExists), nameof(Suite.Starts_of_an_attempt_at_the_same_moment_end_in_one_container) },
        { nameof(BrokenRuntimes.StartsAnewWhatExists), nameof(Suite.A_start_adopts_a_container_that_has_ended_and_does_not_run_it_again) },
        { nameof(BrokenRuntimes.DropsStandardError), nameof(Suite.Lines_of_both_outputs_come_in_order_and_with_their_times) },
        { nameof(BrokenRuntimes.MixesTheOutputs), nameof(Suite.Each_line_says_which_output_wrote_it) },
        { nameof(BrokenRuntimes.CountsRanksFromOne), nameof(Suite.A_watch_tells_start_end_and_removal_of_the_container_that_the_start_named) },
        { nameof(BrokenRuntimes.CountsRanksFromOne), nameof(Suite.Attempts_at_the_same_time_do_not_mix) },
        { nameof(BrokenRuntimes.KillsAtOnce), nameof(Suite.A_stop_lets_the_training_end_by_itself) },
        { nameof(BrokenRuntimes.WaitsForEverForTheEnd), nameof(Suite.A_training_that_outstays_its_grace_is_killed) },
        { nameof(BrokenRuntimes.StopsWithoutWaiting), nameof(Suite.A_training_that_outstays_its_grace_is_killed) },
        { nameof(BrokenRuntimes.TakesAMissingImageForNoRoom), nameof(Suite.A_missing_image_is_said_by_its_name_and_leaves_nothing_that_starts_later) },
        { nameof(BrokenRuntimes.ReadsFromTheBeginning), nameof(Suite.Output_is_read_on_from_any_position_without_loss_or_doubles) },
        { nameof(BrokenRuntimes.SkipsALineAtAPosition), nameof(Suite.Output_is_read_on_from_any_position_without_loss_or_doubles) },
        { nameof(BrokenRuntimes.ReadsOnlyWhatIsThere), nameof(Suite.What_a_training_writes_while_it_is_stopped_reaches_who_reads_it) },
        { nameof(BrokenRuntimes.ListsEverybodysContainers), nameof(Suite.A_listing_holds_what_runs_and_what_has_ended_of_all_installations_of_the_application_alone) },
        { nameof(BrokenRuntimes.HidesOtherInstallations), nameof(Suite.A_listing_holds_what_runs_and_what_has_ended_of_all_installations_of_the_application_alone) },
        { nameof(BrokenRuntimes.TakesEveryKillForMemory), nameof(Suite.A_container_killed_for_its_memory_limit_is_told_from_others) },
        { nameof(BrokenRuntimes.ExpandsVariables), nameof(Suite.Environment_values_arrive_as_they_are) },
        { nameof(BrokenRuntimes.NeverTellsOfARemoval), nameof(Suite.A_watch_tells_start_end_and_removal_of_the_container_that_the_start_named) },
        { nameof(BrokenRuntimes.RemovesOnlyWhatHasEnded), nameof(Suite.A_removal_ends_what_runs_and_leaves_nothing) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_broken_runtime_is_caught_by_the_case_that_is_about_it(string broken, string caughtBy)
    {
        var type = typeof(BrokenRuntimes).GetNestedType(broken)!;

        Assert.NotEmpty(await FailuresAsync(machine => (IContainerRuntime)Activator.CreateInstance(type, machine)!, caughtBy));
    }

    [Fact]
    public void Every_broken_runtime_is_tried() => Assert.Equal(
        typeof(BrokenRuntimes).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
        Mistakes.Select(m => m.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_sound_runtime_passes_when_its_cases_are_run_in_the_same_way()
    {
        foreach (var caughtBy in Mistakes.Select(m => m.Data.Item2).Distinct())
        {
            Assert.Empty(await FailuresAsync(machine => machine, caughtBy));
        }
    }

    private static async Task<List<Exception>> FailuresAsync(Func<FakeContainerRuntime, IContainerRuntime> open, string name)
    {
        var method = typeof(Suite).GetMethod(name)!;
        var failures = new List<Exception>();
        foreach (var row in method.GetCustomAttributes<InlineDataAttribute>().Select(d => d.Data).DefaultIfEmpty([]))
        {
            var one = new Derived(open);
            await one.InitializeAsync();
            try
            {
                await (Task)method.Invoke(one, row)!;
            }
#pragma warning disable CA1031 // However a case fails, it has caught the runtime.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Add(e);
            }
        }

        // Nothing is cleared away: a broken runtime might not, and the fakes go with the test.
        return failures;
    }

    /// <summary>The suite as somebody derives it, run by hand.</summary>
    private sealed class Derived(Func<FakeContainerRuntime, IContainerRuntime> open) : Suite
    {
        protected override TimeSpan Patience => TimeSpan.FromSeconds(3);

        protected override ValueTask<RuntimeSubject> CreateSubjectAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult<RuntimeSubject>(new FakeSubject(open));
    }
}
