using Orca.Training.Logs;
using Suite = Orca.Training.Testing.Conformance.Logs.LogStoreConformance;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>The suite is tried on log stores that are broken on purpose: a case that can't fail is worth nothing.</summary>
public sealed class LogStoreConformanceTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { nameof(BrokenLogs.TrimsLines), nameof(Suite.A_line_comes_back_as_it_was) },
        { nameof(BrokenLogs.CutsWhatIsTooLong), nameof(Suite.A_text_that_is_too_long_is_refused_and_nothing_of_it_is_written) },
        { nameof(BrokenLogs.MixesTheRanks), nameof(Suite.Attempts_and_ranks_have_logs_of_their_own) },
        { nameof(BrokenLogs.ComparesTimesAlone), nameof(Suite.Lines_of_one_moment_are_told_apart_by_their_number) },
        { nameof(BrokenLogs.ReadsTheLineAtAPositionAgain), nameof(Suite.Reading_goes_on_at_every_position) },
        { nameof(BrokenLogs.ForgetsTheLastOfABatch), nameof(Suite.Any_operations_leave_each_log_as_they_leave_the_model) },
        { nameof(BrokenLogs.RefusesWhatIsThere), nameof(Suite.What_is_appended_twice_is_there_once) },
        { nameof(BrokenLogs.CountsBothOutputs), nameof(Suite.The_last_lines_are_found_of_both_outputs_and_of_one) },
        { nameof(BrokenLogs.CountsBothOutputs), nameof(Suite.Any_operations_leave_each_log_as_they_leave_the_model) },
        { nameof(BrokenLogs.NeverWakesWhoWaits), nameof(Suite.Who_waits_is_woken_by_the_next_line) },
        { nameof(BrokenLogs.EndsNoWait), nameof(Suite.A_token_ends_a_wait) },
        { nameof(BrokenLogs.KeepsWhatIsRemoved), nameof(Suite.A_removed_job_has_no_log_of_any_attempt_or_rank_and_others_keep_theirs) },
        { nameof(BrokenLogs.KeepsWhatIsRemoved), nameof(Suite.Any_operations_leave_each_log_as_they_leave_the_model) },
        { nameof(BrokenLogs.RemovesByPrefix), nameof(Suite.A_removed_job_has_no_log_of_any_attempt_or_rank_and_others_keep_theirs) },
        { nameof(BrokenLogs.MissesWhatIsGone), nameof(Suite.Removing_again_and_removing_nothing_are_no_errors) },
        { nameof(BrokenLogs.RemembersWhereARemovedLogEnded), nameof(Suite.What_is_appended_after_a_removal_begins_a_new_log) },
        { nameof(BrokenLogs.ShowsHalfLinesOfWhatItRemoves), nameof(Suite.Who_reads_a_log_while_it_is_removed_gets_whole_lines_without_a_gap_and_then_the_end) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_broken_store_is_caught_by_the_case_that_is_about_it(string broken, string caughtBy)
    {
        var type = typeof(BrokenLogs).GetNestedType(broken)!;

        // Some of them keep a case waiting, and it is soon clear which.
        Assert.NotEmpty(await FailuresAsync(logs => (ILogStore)Activator.CreateInstance(type, logs)!, TimeSpan.FromSeconds(2), caughtBy));
    }

    [Fact]
    public void Every_broken_store_is_tried() => Assert.Equal(
        typeof(BrokenLogs).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
        Mistakes.Select(m => m.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_sound_store_passes_when_its_cases_are_run_in_the_same_way()
    {
        foreach (var caughtBy in Mistakes.Select(m => m.Data.Item2).Distinct())
        {
            Assert.Empty(await FailuresAsync(logs => logs, TimeSpan.FromMinutes(1), caughtBy));
        }
    }

    private static Task<List<Exception>> FailuresAsync(Func<ILogStore, ILogStore> wrap, TimeSpan patience, string name) =>
        SuiteRun.FailuresAsync<Suite>(() => new Derived(wrap, patience), name);

    /// <summary>The suite as somebody derives it, run by hand.</summary>
    private sealed class Derived(Func<ILogStore, ILogStore> wrap, TimeSpan patience) : Suite
    {
        protected override TimeSpan Patience => patience;

        protected override ValueTask<ILogStore> CreateAsync() => ValueTask.FromResult(wrap(new FakeLogStore()));
    }
}
